import type { Release } from '../branch/releases.ts';
import type { Change } from '../git/commit.ts';
import type { CommitLine } from '../git/commit-line.ts';
import type { News } from '../gitlab/announce.ts';
import { quoteText } from '../look/difference-text.ts';
import { formatDelivery, formatTitle } from '../release/delivery.ts';
import { formatMinute } from '../release/duration.ts';
import type { Environment, Overridable } from '../release/flow.ts';
import { formatHold, holdPath } from '../release/hold.ts';
import type { Image } from '../release/image.ts';
import { toLine } from '../release/line.ts';
import { replaceImage } from '../release/values.ts';
import type { Outlook } from './deliver.ts';

/** A change of an environment, with all that it needs. */
export type Step =
  | { kind: 'deploy'; to: Release; commits: readonly CommitLine[] }
  | {
      kind: 'promote';
      to: Release;
      commits: readonly CommitLine[];
      via: Environment['via'];
      /** The rules that it is let past, and why. */
      override: readonly Overridable[];
      reason: string | undefined;
    }
  | {
      kind: 'rollback';
      to: Release;
      commits: readonly CommitLine[];
      reason: string;
      /** Whether the environment is held where it returns to. */
      holds: boolean;
      /** What the environment has run since. */
      left: readonly Image[];
      /** Where else it could return to, nearest first. */
      instead: AsyncIterable<Release>;
    }
  /** All are held to stop the line, and go on together. */
  | { kind: 'hold'; reason: string; isOfAll: boolean }
  | { kind: 'resume' };

/** The files and the message of the commit that takes a step. */
export function describeChange(step: Step, { tip, state, actor }: Outlook, pipeline: string | undefined): Change {
  const { environment, values, image: from } = state;
  const path = holdPath(environment.name);
  const [to, commits] = 'to' in step ? [step.to, step.commits] : [from, []];
  const subjects = commits.map(({ subject }) => subject);
  const files = 'to' in step ? [{ ...values, bytes: replaceImage(values, step.to) }] : [];
  if (step.kind === 'hold' || (step.kind === 'rollback' && step.holds)) {
    const all = (step.kind === 'hold' && step.isOfAll) || undefined;
    const hold = formatHold({ reason: step.reason, by: actor, since: tip.now, all });
    files.push({ path, mode: '100644', bytes: Buffer.from(hold) });
  }
  return {
    message: formatDelivery({ ...step, environment: environment.name, from, to, subjects, actor, pipeline }),
    time: tip.now,
    files,
    removals: step.kind === 'resume' ? [path] : [],
  };
}

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
  const back = step.kind === 'rollback' && `back to ${since}: ${quoteText(step.reason)}`;
  return {
    line,
    deployment: { environment: name, sha: step.to.revision, status: 'running' },
    way: {
      commits: step.commits.map(({ sha }) => sha),
      lines: back ? { [name]: back } : { [name]: since, ...Object.fromEntries(ripe) },
    },
  };
}
