import { html } from 'hono/html';
import type { Row } from '../look/status.ts';
import { isRipe, type Candidate } from '../release/candidates.ts';
import { findPerson } from '../release/version.ts';
import { typed } from '../shell/typed.ts';
import type { Facts } from './facts.ts';
import { commitLink, linkTo, timeOf, type Html } from './page.ts';

/** What runs where, and between two environments what waits. */
export function renderNow(facts: Facts): Html {
  const list = facts.rows.map((row) => [row.from !== undefined && renderPromotion(row, facts), renderRow(row, facts)]);
  return html`<section id="now" aria-labelledby="now-title">
<h2 id="now-title">Now</h2>
${list}</section>
`;
}

function renderRow(row: Row, facts: Facts): Html {
  const { name, state, subject, author, run, hold, freeze, fault, live } = row;
  const image = state?.image;
  return html`<article data-environment="${name}" aria-label="${name}">
<h3>${name}</h3>
<div>
<p class="release">${image ? commitLink(facts, image.revision || image.tag) : 'Nothing runs here.'} <span>${subject}</span></p>
${run && html`<p class="quiet">${author && `Written by ${author}. `}Here since ${timeOf(run.since)}, by ${findPerson(run.version)}.</p>`}
${fault && html`<p class="bad">Broken: ${fault.message} ${fault.hint}</p>`}
${hold && html`<p class="bad">Held since ${timeOf(hold.since)} by ${hold.by}: ${hold.reason}</p>`}
${freeze && html`<p class="wait">Frozen until ${timeOf(freeze.to)}: ${freeze.reason}</p>`}
${live && !(live.asInGit && live.healthy) && html`<p class="${live.asInGit === undefined ? 'quiet' : 'wait'}">In the cluster: ${live.state}</p>`}
</div>
<ul>${listStates(row).map(([kind, words]) => html`<li class="${kind}">${words}</li>`)}</ul>
</article>
`;
}

/** What an environment is in a word each, and what that means. */
function listStates({ run, hold, freeze, fault, live }: Row): (readonly [string, string])[] {
  const verdict = run?.version.verdicts.at(-1)?.state;
  const verdicts = { healthy: ['good', 'healthy'], failed: ['bad', 'failed'] } as const;
  return [
    ...(run ? [verdict ? verdicts[verdict] : (['quiet', 'no verdict'] as const)] : []),
    ...(fault ? [['bad', 'broken'] as const] : []),
    ...(hold ? [['bad', 'held'] as const] : []),
    ...(freeze ? [['wait', 'frozen'] as const] : []),
    ...(live?.asInGit === false ? [['wait', 'not as in Git'] as const] : []),
  ];
}

/** What waits to come into an environment, and how it comes. */
function renderPromotion(row: Row, facts: Facts): Html {
  const { name, candidates, next, hold, freeze, fault, proposals } = row;
  const { now, project } = facts;
  const isOpen = next && isRipe(next.candidate, now) && !hold && !freeze && !fault && proposals.length === 0;
  const list = candidates.map(
    (candidate) =>
      html`<li>${tellRipe(candidate, now)} <span>${facts.findCommit(candidate.image)?.subject}</span></li>`,
  );
  const proposed = proposals.map(({ branch, tag, by, since }) => {
    const query = new URLSearchParams({ state: 'all', source_branch: branch }).toString();
    const link = linkTo(project && `${project}/-/merge_requests?${query}`, branch);
    return html`<p>${tag} is proposed since ${timeOf(since)} by ${by}: ${link}</p>`;
  });
  return html`<aside data-promotion="${name}" aria-label="To ${name}">
${next ? html`<p>${tellRipe(next.candidate, now)}${isOpen && html` <code>${typed('promote', name)}</code>`}</p>` : html`<p>Nothing waits.</p>`}
${proposed}
${list.length > 1 && html`<details><summary>${list.length} releases wait</summary><ul>${list}</ul></details>`}
</aside>
`;
}

/** When a release is ripe, by a time that stays true while the page is kept. */
function tellRipe(candidate: Candidate, now: Date): Html {
  const { image, isHealthy, ripe } = candidate;
  if (!isHealthy) return html`${image.tag} waits for a verdict that says healthy`;
  if (!ripe) return html`${image.tag} left too early to be ripe`;
  return html`${image.tag} ${isRipe(candidate, now) ? 'is ripe since' : 'will be ripe at'} ${timeOf(ripe)}`;
}
