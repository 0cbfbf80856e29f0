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
  neverRan: (name: string, tag: string) =>
    new Failure('never-ran', `${name} has never run ${tag}.`, `${typed('history', name)} lists what it ran.`),
  outOfOrder: (name: string, from: string) =>
    new Failure('out-of-order', `${name} takes only a release that ${from} has run.`, `Run: ${typed('promote', name)}`),
  takenBack: (name: string, from: string, { tag }: Image) => {
    const hint = `${typed('history', from)} says why. Promote a later release, or deliver it to ${from} again.`;
    return new Failure('taken-back', `${from} went back from ${tag}, so it may not come to ${name}.`, hint);
  },
  /** A release has one image, and an image one release. */
  otherDigest: ({ tag, digest }: Image, rival: Image) => {
    const taken = `${digest} is the image of ${rival.tag}, not of ${tag}.`;
    const other = `${tag} ran with the image ${rival.digest} before, not with ${digest}.`;
    const hint = 'A release has one image: deliver a new commit, whose image has a tag of its own.';
    return new Failure('other-digest', rival.digest === digest ? taken : other, hint);
  },
  /** A release that is not a commit of the branch, or does not contain what runs. */
  unrelated: (name: string, from: Image | undefined, { tag }: Image) => {
    const hint = 'Only a release that contains the one that runs can follow it: merge, and deliver the result.';
    const message = `${name} runs ${from?.tag ?? 'nothing'}, and ${tag} does not descend from it.`;
    return new Failure('unrelated', message, hint);
  },
  held: (code: 'held' | 'source-held', name: string, { reason, by, since }: Hold) => {
    const message = `${name} is held since ${since.toISOString()} by ${by}: ${reason}`;
    return new Failure(code, message, `When its reason is gone, run: ${typed('resume', name)}`);
  },
  frozen: (name: string, { reason, to }: Window) => {
    const hint = 'Run it again after that, or change the freeze in environments/flow.yaml.';
    return new Failure('frozen', `${name} is frozen until ${to.toISOString()}: ${reason}`, hint);
  },
  notRipe,
};

/** A release that has not been in the source for long enough, or was not found healthy there. */
function notRipe({ name, soak }: Environment, source: string, { image: { tag }, isHealthy, ripe }: Candidate): Failure {
  if (!isHealthy) {
    const message = `${name} takes a release that was found healthy in ${source}, and ${tag} has no such verdict.`;
    return new Failure('no-verdict', message, `${typed('wait', source)} keeps the verdict on what runs there.`);
  }
  const [has, length] = [soak.by === 'release' ? 'run' : 'been', formatDuration(soak.for)];
  const takes = `${name} takes a release that has ${has} in ${source} for ${length}`;
  const others = `Promote another release: ${typed('status', '--candidates', name)} lists what may come.`;
  if (!ripe) return new Failure('not-soaked', `${takes}, and ${tag} left it before that.`, others);
  return new Failure('not-soaked', `${takes}: ${tag} not before ${ripe.toISOString()}.`, 'Run it again then.');
}
