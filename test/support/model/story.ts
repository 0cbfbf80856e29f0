import fc from 'fast-check';
import { Ancestry } from '../../../scripts/git/ancestry.ts';
import type { CommitLine } from '../../../scripts/git/commit-line.ts';
import { followBranch } from '../../../scripts/git/follow.ts';
import { Mainline } from '../../../scripts/git/mainline.ts';
import { parseDigest, parseRevision, parseTag } from '../../../scripts/release/image.ts';
import type { Run } from '../../../scripts/release/ledger.ts';
import { firstVerdict } from '../../../scripts/release/verdict.ts';
import { digestOf } from '../git/runs.ts';

/** How a release comes to an environment, and what is said of it, so many milliseconds later, in that order. */
export interface Arrival {
  release: string;
  kind: 'deploy' | 'promote' | 'rollback' | 'edit';
  verdicts?: readonly (readonly [state: 'healthy' | 'failed', after: number])[];
}

/** A commit that the branch does not have. */
export const unknown = 'f'.repeat(40);

/** A branch and the one environment of it, told step by step. */
export class Story {
  readonly runs: Run[] = [];
  /** The commits with code. */
  readonly code = new Set<string>();
  /** What each commit contains, itself included. */
  readonly contents = new Map<string, ReadonlySet<string>>();
  /** The time of what comes next. */
  now: Date;
  readonly #lines: CommitLine[] = [];
  #tip: string | undefined;

  constructor(time: Date) {
    this.now = time;
  }

  /** Goes on to a time. */
  at(time: Date): this {
    this.now = time;
    return this;
  }

  /** Commits on the branch, and gives the commit's SHA. */
  commit({ isCode = true, merged }: { isCode?: boolean; merged?: string } = {}): string {
    const parents = [this.#tip, merged].filter((parent) => parent !== undefined);
    const sha = this.#write(parents, merged === undefined ? 'Go on' : "Merge branch 'side' into 'main'");
    if (isCode) this.code.add(sha);
    this.#tip = sha;
    return sha;
  }

  /** Commits beside the branch, for a merge. */
  commitAside(): string {
    return this.#write(this.#tip === undefined ? [] : [this.#tip], 'Try it');
  }

  arrive({ release, kind, verdicts = [] }: Arrival): void {
    const { now } = this;
    const tag = release.slice(0, 8);
    // Each is an image of its own, since the same one again is no other run.
    const image = {
      tag: parseTag(tag, 'tag'),
      digest: parseDigest(digestOf(String(this.runs.length).padStart(10, '0')), 'digest'),
      revision: parseRevision(release, 'revision'),
    };
    const told = verdicts.map(([state, after]) => {
      return { environment: 'dev', state, since: new Date(now.getTime() + after), by: 'Ada', reasons: [] };
    });
    const commit = { sha: this.commit({ isCode: false }), author: 'Ada', committer: 'Ada', time: now, seen: now };
    const version = {
      commit: { ...commit, message: kind, merged: undefined, doubt: undefined },
      ...{ image, kind, by: 'Ada', pipeline: undefined, override: [], reason: undefined, since: now, verdicts: told },
    };
    const last = this.runs.at(-1);
    if (last) last.until = now;
    const [healthy, failed] = (['healthy', 'failed'] as const).map((state) => firstVerdict(told, state, now));
    this.runs.push({ image, version, since: now, until: undefined, healthy, failed });
  }

  /** The branch, looked at now. */
  get mainline(): Mainline {
    const commits = this.#lines.toReversed();
    return new Mainline(new Ancestry(commits), followBranch(commits, { branch: 'main', marked: new Set() }), this.now);
  }

  #write(parents: string[], subject: string): string {
    const sha = this.#lines.length.toString(16).padStart(7, '0').padEnd(40, '0');
    const person = 'Ada <ada@example.com>';
    this.#lines.push({ sha, parents, author: person, committer: person, time: this.now, subject, message: subject });
    this.contents.set(sha, new Set([sha, ...parents.flatMap((parent) => [...(this.contents.get(parent) ?? [])])]));
    return sha;
  }
}

const hour = 3_600_000;

// Often the same moment, often within the hour, and now and then some weeks.
const seconds = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3_600 }), fc.integer({ min: 1, max: 2_000_000 }));
// From a clock that is behind, too.
const verdict = fc.tuple(fc.constantFrom('healthy', 'failed'), fc.integer({ min: -hour, max: 48 * hour }));
const verdicts = fc.array(verdict, { maxLength: 3 }).map((told) => told.toSorted(([, a], [, b]) => a - b));
const steps = fc.oneof(
  fc.record({ step: fc.constant('commit'), seconds, isCode: fc.boolean() }),
  fc.record({ step: fc.constant('merge'), seconds }),
  fc.record({
    step: fc.constant('arrive'),
    seconds,
    // How many commits ago the release was made.
    back: fc.nat({ max: 6 }),
    kind: fc.constantFrom('deploy', 'promote', 'rollback', 'edit'),
    verdicts,
  }),
);

/** Any story: what it runs is of the branch, beside it or unknown, and comes by whatever kind of commit. */
export const anyStory: fc.Arbitrary<Story> = fc.array(steps, { minLength: 1, maxLength: 40 }).map((told) => {
  const story = new Story(new Date('2026-09-19T12:00:00Z'));
  for (const event of told) {
    story.at(new Date(story.now.getTime() + event.seconds * 1000));
    if (event.step === 'commit') story.commit(event);
    else if (event.step === 'merge') story.commit({ merged: story.commitAside() });
    else story.arrive({ ...event, release: [...story.contents.keys()].at(-1 - event.back) ?? unknown });
  }
  return story.at(new Date(story.now.getTime() + 10 * 24 * hour));
});
