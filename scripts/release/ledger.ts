import type { Commit, FileChanges } from '../git/file-history.ts';
import { Failure } from '../shell/failure.ts';
import { flowPath, parseFlow, type Flow } from './flow.ts';
import { heldEnvironment, parseHold, type Hold } from './hold.ts';
import { ImageNames, isSameImage, isSameRelease, type Image, type Tag } from './image.ts';
import { firstVerdict, type Verdict } from './verdict.ts';
import { describeVersion, type Version } from './version.ts';
import { createValuesReader, valuedEnvironment, valuesPath, type Rest, type Values } from './values.ts';

/** A time for which an environment ran an image. */
export interface Run {
  image: Image;
  /** The version that brought it. */
  version: Version;
  since: Date;
  /** When another image came; undefined while it runs. */
  until: Date | undefined;
  /** When it was first found healthy; undefined where no verdict says so. */
  healthy: Date | undefined;
  /** When it was first found to have failed. */
  failed: Date | undefined;
}

/** What the ledger knows of an environment. Everything is ordered from the oldest to the newest. */
export class EnvironmentRecord {
  readonly versions: Version[] = [];
  /** The versions of its values that cannot be read, and why. */
  readonly skipped: { commit: Commit; problem: string }[] = [];
  readonly runs: Run[] = [];
  /** What came of its hold; where it has one, it is the last. */
  readonly holds: { commit: Commit; hold: Hold | undefined }[] = [];
  /** What its values say besides the release. */
  rest: Rest | undefined;
  readonly read = createValuesReader();

  get hold(): Hold | undefined {
    return this.holds.at(-1)?.hold;
  }
}

/** What a commit says of an environment: its values, that they were removed, or why they cannot be read. */
export interface Claim {
  environment: string;
  values: Values | 'removed' | Failure;
}

/** What ran when, by whose delivery and under which rules: the history of the environments, taken in commit by commit. */
export class Ledger {
  flow: Flow | undefined;
  readonly #records = new Map<string, EnvironmentRecord>();
  readonly #images = new ImageNames();
  readonly #verdicts: ReadonlyMap<string, readonly Verdict[]>;

  /** Takes the verdicts by the commits of their deliveries. */
  constructor(verdicts: ReadonlyMap<string, readonly Verdict[]> = new Map()) {
    this.#verdicts = verdicts;
  }

  /** Takes in changes, oldest first. */
  static of(changes: Iterable<FileChanges>, verdicts?: ReadonlyMap<string, readonly Verdict[]>): Ledger {
    const ledger = new Ledger(verdicts);
    for (const change of changes) ledger.apply(change, ledger.read(change));
    return ledger;
  }

  recordOf(environment: string): EnvironmentRecord {
    return this.#records.getOrInsertComputed(environment, () => new EnvironmentRecord());
  }

  /** What an environment runs. */
  imageOf(environment: string): Image | undefined {
    return findPresentRun(this.recordOf(environment))?.image;
  }

  /** What an image that is to run contradicts: the same digest of another release, or the same release with another. */
  findRival(image: Image): Image | undefined {
    return this.#images.findRival(image);
  }

  /** What a commit says of its environments. */
  read({ files }: FileChanges): Claim[] {
    return [...files].flatMap(([path, bytes]) => {
      const environment = valuedEnvironment(path);
      if (environment === undefined) return [];
      const { read } = this.recordOf(environment);
      return [{ environment, values: bytes ? attempt(() => read({ path, bytes })) : 'removed' }];
    });
  }

  /** Goes on to the moment after a commit. */
  apply({ commit, files, irregular }: FileChanges, claims: readonly Claim[]): void {
    for (const claim of claims) this.#version(claim, commit);
    for (const [path, bytes] of files) {
      const flow = path === flowPath && bytes && attempt(() => parseFlow({ path, bytes }));
      // When the rules cannot be read, those before stay in force: no command delivers then, and no other change may slip by.
      if (flow && !(flow instanceof Failure)) this.flow = flow;
      const held = heldEnvironment(path);
      if (held === undefined) continue;
      const isThere = bytes !== undefined || irregular.has(path);
      this.recordOf(held).holds.push({ commit, hold: isThere ? readHold(path, bytes, commit) : undefined });
    }
  }

  #version({ environment, values }: Claim, commit: Commit): void {
    const record = this.recordOf(environment);
    const { versions, skipped, runs } = record;
    if (values === 'removed' || values instanceof Failure) {
      // What ran in the cluster runs on without the file.
      const problem = values === 'removed' ? `${valuesPath(environment)} was removed or renamed` : values.message;
      skipped.push({ commit, problem });
      return;
    }
    const { image, rest } = values;
    record.rest = rest;
    const version = this.#describe(environment, commit, image);
    versions.push(version);
    if (isSameImage(image, this.imageOf(environment))) return;
    const last = runs.at(-1);
    if (last && last.until === undefined) last.until = commit.time;
    if (!image) return;
    const { since, verdicts } = version;
    const [healthy, failed] = (['healthy', 'failed'] as const).map((state) => firstVerdict(verdicts, state, since));
    runs.push({ image, version, since, until: undefined, healthy, failed });
    this.#images.add(image);
  }

  #describe(environment: string, commit: Commit, image: Image | undefined): Version {
    const description = describeVersion(environment, commit, image);
    const via = this.flow?.environments.find(({ name }) => name === environment)?.via;
    // A proposal that was merged by fast-forward has the time of the proposal; only the next commit tells when it came.
    const isProposal = description.kind === 'promote' && via === 'merge-request' && !commit.merged;
    const verdicts = (this.#verdicts.get(commit.sha) ?? []).filter((verdict) => verdict.environment === environment);
    return { ...description, since: isProposal ? commit.seen : commit.time, verdicts };
  }
}

/** The run that has not ended, if any. */
export function findPresentRun({ runs }: EnvironmentRecord): Run | undefined {
  const last = runs.at(-1);
  return last?.until === undefined ? last : undefined;
}

/** The newest run of a release. */
export function findRunOf(runs: readonly Run[], tag: Tag): Run | undefined {
  return runs.findLast(({ image }) => isSameRelease(image.tag, tag));
}

/** What a function returns, or the failure that it throws. */
export function attempt<T>(action: () => T): T | Failure {
  try {
    return action();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

function readHold(path: string, bytes: Buffer | undefined, { author, time }: Commit): Hold {
  const hold = bytes && attempt(() => parseHold({ path, bytes }));
  // A hold that cannot be read holds nevertheless.
  return hold === undefined || hold instanceof Failure ? { reason: 'unreadable', by: author, since: time } : hold;
}
