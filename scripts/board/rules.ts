import { html } from 'hono/html';
import { everyEnvironment } from '../release/finding.ts';
import { withoutAddress } from '../release/version.ts';
import { typed } from '../shell/typed.ts';
import type { Facts } from './facts.ts';
import { commitLink, countOf, timeOf, type Html, type Page } from './page.ts';
import { renderTable } from './table.ts';

const latestShown = 10;
// What a page can hold.
const mostFindings = 1000;

/** How the rules were kept: what the audit has found last. */
export function renderRules(facts: Facts): Html {
  const { findings } = facts;
  const breaches = findings.filter(({ severity }) => severity === 'breach').length;
  const broken = breaches > 0 ? countOf(breaches, 'breach', 'breaches') : 'No change broke a rule';
  const more = findings.length > latestShown && html`<p><a href="${file}">All that the audit finds</a></p>`;
  return html`<section id="rules" aria-labelledby="rules-title">
<h2 id="rules-title">Kept rules</h2>
<p class="${breaches > 0 ? 'bad' : 'good'}">${broken}, ${countOf(findings.length - breaches, 'notice')}.</p>
${renderFindings(facts, latestShown)}
${more}
</section>
`;
}

const file = 'rules.html';

/** The page of all that the audit finds. */
export function listRules(facts: Facts): Page {
  const hidden = facts.findings.length - mostFindings;
  const more = hidden > 0 && html`<p>And ${hidden} older ones: <code>${typed('audit')}</code></p>`;
  return { file, title: 'Kept rules', body: html`${renderFindings(facts, mostFindings)}${more}` };
}

function renderFindings(facts: Facts, count: number): Html {
  const findings = facts.findings.slice(0, count);
  if (findings.length === 0) return html``;
  const rows = findings.map(({ severity, commit, environment, rule, message }) => {
    const cells = {
      time: timeOf(commit.time),
      environment: environment === everyEnvironment ? 'all' : environment,
      severity: html`<span class="${severity === 'breach' ? 'bad' : 'wait'}">${severity}</span>`,
      rule,
      by: withoutAddress(commit.author),
      commit: commitLink(facts, commit.sha),
      message,
    };
    return { attributes: { 'data-finding': commit.sha }, cells };
  });
  return renderTable('What the audit finds', 'events', rows);
}
