import type { Commit, FileChanges } from '../git/file-history.ts';
import { Failure } from '../shell/failure.ts';
import { flowPath, parseFlow } from './flow.ts';
import type { Flow } from './flow.ts';
import { heldEnvironment, parseHold } from './hold.ts';
import type { Hold } from './hold.ts';
import { isSameImage } from './image.ts';
import type { Digest, Image, Tag } from './image.ts';
import { createImageReader, valuedEnvironment } from './values.ts';

/** A time for which an environment ran an image. */
export interface Run {
  image: Image;
  since: Date;
  /** When another image came; undefined while it runs. */
  until: Date | undefined;
}

/** What a commit made an environment run, or why that cannot be told. */
export interface Claim {
  environment: string;
  image: Image | undefined | Failure;
}

/** What is known of the environments at a moment of their history, as it is replayed commit by commit. */
export class Ledger {
  flow: Flow | undefined;
  readonly #runs = new Map<string, Run[]>();
  readonly #holds = new Map<string, Hold>();
  readonly #tags = new Map<Digest, Tag>();
  readonly #readers = new Map<string, ReturnType<typeof createImageReader>>();

  /** The runs of an environment, oldest first. */
  runsOf(environment: string): readonly Run[] {
    return this.#runs.get(environment) ?? [];
  }

  /** What an environment runs. */
  imageOf(environment: string): Image | undefined {
    const run = this.runsOf(environment).at(-1);
    return run?.until === undefined ? run?.image : undefined;
  }

  holdOf(environment: string): Hold | undefined {
    return this.#holds.get(environment);
  }

  /** The tag that an image had when it first ran anywhere. */
  tagOf(digest: Digest): Tag | undefined {
    return this.#tags.get(digest);
  }

  /** What a commit says that its environments run. */
  read({ files }: FileChanges): Claim[] {
    return [...files].flatMap(([path, bytes]) => {
      const environment = valuedEnvironment(path);
      // A file that goes takes nothing away: what ran in the cluster runs on.
      if (environment === undefined || !bytes) return [];
      const read = this.#readers.get(environment) ?? createImageReader();
      this.#readers.set(environment, read);
      return [{ environment, image: attempt(() => read({ path, bytes })) }];
    });
  }

  /** Goes on to the moment after a commit. */
  apply({ commit, files }: FileChanges, claims: readonly Claim[]): void {
    for (const { environment, image } of claims) {
      if (!(image instanceof Failure)) this.#run(environment, image, commit);
    }
    for (const [path, bytes] of files) {
      if (path === flowPath) this.#setFlow(path, bytes);
      const held = heldEnvironment(path);
      if (held !== undefined) this.#setHold(held, path, bytes, commit);
    }
  }

  #run(environment: string, image: Image | undefined, { time }: Commit): void {
    if (isSameImage(image, this.imageOf(environment))) return;
    const runs = this.#runs.get(environment) ?? [];
    const last = runs.at(-1);
    if (last && last.until === undefined) last.until = time;
    if (image) runs.push({ image, since: time, until: undefined });
    if (image?.digest && !this.#tags.has(image.digest)) this.#tags.set(image.digest, image.tag);
    this.#runs.set(environment, runs);
  }

  #setFlow(path: string, bytes: Buffer | undefined): void {
    const flow = attempt(() => bytes && parseFlow({ path, bytes }));
    // Where nobody can read the rules, those before stand: no command delivers then, and nothing else is to slip by.
    if (flow && !(flow instanceof Failure)) this.flow = flow;
  }

  #setHold(environment: string, path: string, bytes: Buffer | undefined, { author, time }: Commit): void {
    if (!bytes) {
      this.#holds.delete(environment);
      return;
    }
    const hold = attempt(() => parseHold({ path, bytes }));
    // A hold that nobody can read holds nevertheless.
    this.#holds.set(
      environment,
      hold instanceof Failure ? { reason: 'unreadable', by: author, since: time } : hold,
    );
  }
}

/** What the function answers, or the failure that it throws. */
export function attempt<T>(action: () => T): T | Failure {
  try {
    return action();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}
