import { Failure } from '../shell/failure.ts';
import { typed } from '../shell/typed.ts';
import type { Candidate } from './candidates.ts';
import { formatDuration } from './duration.ts';
import type { Environment } from './flow.ts';
import type { Window } from './freeze.ts';
import type { Hold } from './hold.ts';
import type { Image } from './image.ts';

/** Several refusals at once: the code is that of the first, and each has its lines. */
export class Refusals extends Failure {
  readonly all: readonly Failure[];

  constructor(first: Failure, others: readonly Failure[]) {
    const all = [first, ...others];
    const hints = new Set(all.map(({ hint }) => hint));
    super(first.code, all.map(({ message }) => message).join('\n'), [...hints].join('\n'));
    this.all = all;
  }
}

/** The refusals that a failure is made of. */
export function listRefusals(failure: Failure): readonly Failure[] {
  return failure instanceof Refusals ? failure.all : [failure];
}

/** @throws {Failure} for all of the obstacles, if there are any. */
export function refuseFor([first, ...others]: readonly Failure[]): void {
  if (first) throw others.length > 0 ? new Refusals(first, others) : first;
}

/** What the rules refuse. */
export const refusals = {
  /** A rollback goes only to what the environment ran. */
  neverRan: (environment: string, tag: string) =>
    new Failure(
      'never-ran',
      `${environment} has never run ${tag}.`,
      `${typed('history', environment)} lists what it ran.`,
    ),
  outOfOrder: (name: string, source: string) =>
    new Failure(
      'out-of-order',
      `${name} takes only a release that ${source} has run.`,
      `Run: ${typed('promote', name)}`,
    ),
  takenBack: (name: string, source: string, { tag }: Image) =>
    new Failure(
      'taken-back',
      `${source} went back from ${tag}, so it may not come to ${name}.`,
      `${typed('history', source)} says why. Promote a later release, or deliver it to ${source} again.`,
    ),
  /** A release has one image, and an image one release. */
  otherDigest: ({ tag, digest }: Image, rival: Image) =>
    new Failure(
      'other-digest',
      rival.digest === digest
        ? `${digest} is the image of ${rival.tag}, not of ${tag}.`
        : `${tag} ran with the image ${rival.digest} before, not with ${digest}.`,
      'A release has one image: deliver a new commit, whose image has a tag of its own.',
    ),
  /** A release that is not a commit of the branch, or does not contain what runs. */
  unrelated: (environment: string, from: Image | undefined, to: Image) =>
    new Failure(
      'unrelated',
      `${environment} runs ${from?.tag ?? 'nothing'}, and ${to.tag} does not descend from it.`,
      'Only a release that contains the one that runs can follow it: merge, and deliver the result.',
    ),
  held: (code: 'held' | 'source-held', environment: string, { reason, by, since }: Hold) =>
    new Failure(
      code,
      `${environment} is held since ${since.toISOString()} by ${by}: ${reason}`,
      `When its reason is gone, run: ${typed('resume', environment)}`,
    ),
  frozen: (environment: string, { reason, to }: Window) =>
    new Failure(
      'frozen',
      `${environment} is frozen until ${to.toISOString()}: ${reason}`,
      'Run it again after that, or change the freeze in environments/flow.yaml.',
    ),
  notRipe,
};

/** A release that has not been in the source for long enough, or was not found healthy there. */
function notRipe({ name, soak }: Environment, source: string, { image: { tag }, isHealthy, ripe }: Candidate): Failure {
  if (!isHealthy) {
    return new Failure(
      'no-verdict',
      `${name} takes a release that was found healthy in ${source}, and ${tag} has no such verdict.`,
      `${typed('wait', source)} keeps the verdict on what runs there.`,
    );
  }
  const takes = `${name} takes a release that has ${soak.by === 'release' ? 'run' : 'been'} in ${source} for ${formatDuration(soak.for)}`;
  return ripe
    ? new Failure('not-soaked', `${takes}: ${tag} not before ${ripe.toISOString()}.`, 'Run it again then.')
    : new Failure(
        'not-soaked',
        `${takes}, and ${tag} left it before that.`,
        `Promote another release: ${typed('status', '--candidates', name)} lists what may come.`,
      );
}
