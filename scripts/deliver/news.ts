import type { News } from '../gitlab/announce.ts';
import { quoteText } from '../look/difference-text.ts';
import { formatTitle } from '../release/delivery.ts';
import { formatMinute } from '../release/duration.ts';
import { toLine } from '../release/line.ts';
import type { Outlook } from './deliver.ts';
import type { Step } from './step.ts';

/** What others are to learn of a step that has been taken. */
export function describeNews(step: Step, { tip: { now }, state, actor }: Outlook): News {
  const { environment, flow } = state;
  const { name } = environment;
  const to = 'to' in step ? step.to : undefined;
  const title = `${formatTitle({ kind: step.kind, environment: name, to })} by ${actor}`;
  const line = toLine('reason' in step && step.reason !== undefined ? `${title}: ${step.reason}` : title);
  if (!('to' in step)) return { line };
  const since = `${step.to.tag} since ${formatMinute(now)}`;
  const following = flow.environments.filter(({ from, soak }) => from === name && soak.for > 0);
  const ripe = following.map(({ name: next, soak }) => {
    return [next, `ripe at ${formatMinute(new Date(now.getTime() + soak.for))} at the earliest`] as const;
  });
  return {
    line,
    deployment: { environment: name, sha: step.to.revision, status: 'running' },
    way: {
      commits: step.commits.map(({ sha }) => sha),
      lines:
        step.kind === 'rollback'
          ? { [name]: `back to ${since}: ${quoteText(step.reason)}` }
          : { [name]: since, ...Object.fromEntries(ripe) },
    },
  };
}
