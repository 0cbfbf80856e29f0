import type { Release } from '../branch/releases.ts';
import type { Change } from '../git/commit.ts';
import type { CommitLine } from '../git/commit-line.ts';
import type { Proposal } from '../git/propose.ts';
import { formatDelivery, formatTitle } from '../release/delivery.ts';
import type { Environment, Overridable } from '../release/flow.ts';
import { formatHold, holdPath } from '../release/hold.ts';
import type { Image } from '../release/image.ts';
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

/** What a step proposes, where somebody else is to merge it. */
export function findProposal(step: Step, environment: string): Omit<Proposal, 'describe'> | undefined {
  if (step.kind !== 'promote' || step.via !== 'merge-request') return undefined;
  const { kind, to, override } = step;
  const title = formatTitle({ kind, environment, to });
  // One that is let past rules is another one: who merges it must see so, and the audit goes by its commit.
  return { branch: [`${kind}/${environment}/${to.tag}`, ...override].join('-'), title, label: kind };
}
