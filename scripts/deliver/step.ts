import type { EnvironmentState } from '../branch/environments.ts';
import type { Release } from '../branch/releases.ts';
import type { Change } from '../git/commit.ts';
import type { CommitLine } from '../git/commit-line.ts';
import type { Proposal } from '../git/propose.ts';
import type { Tip } from '../git/tip.ts';
import { formatDelivery, formatTitle } from '../release/delivery.ts';
import type { Environment, Overridable } from '../release/flow.ts';
import { formatHold, holdPath } from '../release/hold.ts';
import type { Image } from '../release/image.ts';
import { replaceImage } from '../release/values.ts';

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

/** Who takes a step, and where. */
interface Author {
  actor: string;
  pipeline: string | undefined;
}

/** The files and the message of the commit that takes a step. */
export function describeChange(
  step: Step,
  { tip: { now }, state }: { tip: Tip; state: EnvironmentState },
  author: Author,
): Change {
  const { environment, values, image } = state;
  const { name } = environment;
  const [to, commits] = 'to' in step ? [step.to, step.commits] : [image, []];
  const subjects = commits.map(({ subject }) => subject);
  const hold = describeHold(step, author, now);
  return {
    message: formatDelivery({ ...author, ...step, environment: name, from: image, to, subjects }),
    time: now,
    files: [
      ...('to' in step ? [{ ...values, bytes: replaceImage(values, step.to) }] : []),
      ...(hold === undefined ? [] : [{ path: holdPath(name), mode: '100644', bytes: Buffer.from(hold) }]),
    ],
    removals: step.kind === 'resume' ? [holdPath(name)] : [],
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

function describeHold(step: Step, { actor: by }: Author, since: Date): string | undefined {
  if (step.kind !== 'hold' && !(step.kind === 'rollback' && step.holds)) return undefined;
  const isOfAll = step.kind === 'hold' && step.isOfAll;
  return formatHold({ reason: step.reason, by, since, ...(isOfAll && { all: true }) });
}
