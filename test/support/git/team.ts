import { formatDelivery } from '../../../scripts/release/delivery.ts';
import type { DeliveryKind } from '../../../scripts/release/delivery.ts';
import type { Overridable } from '../../../scripts/release/flow.ts';
import { formatHold, holdPath } from '../../../scripts/release/hold.ts';
import { parseDigest, parseRevision, parseTag } from '../../../scripts/release/image.ts';
import type { Image } from '../../../scripts/release/image.ts';
import { valuesPath } from '../../../scripts/release/values.ts';
import type { Verdict } from '../../../scripts/release/verdict.ts';
import type { Import, Person } from './import.ts';
import { emptyValues, runningValues, type Files } from './origin.ts';
import { digestOf } from './runs.ts';

/** A commit with code, which is a release. */
export interface Merged {
  sha: string;
  tag: string;
  subject: string;
  author: Person;
  time: Date;
  /** Its place among all of them. */
  number: number;
}

/** Who does something, and when. */
export interface Act {
  by: Person;
  time: Date;
}

/** A delivery, as whoever makes it gives it. */
export interface Order extends Act {
  kind: DeliveryKind;
  environment: string;
  release: Merged;
  reason?: string;
  override?: readonly Overridable[];
  pipeline?: string;
  /** Who merges it, where it is proposed. */
  merger?: Person;
  /** Whether a rollback holds the environment. */
  holds?: boolean;
}

/** A delivery that was made, or an edit by hand: the commit tells of it, and somebody knows it without Git. */
export interface Happening extends Omit<Order, 'kind' | 'release'> {
  kind: DeliveryKind | 'edit';
  /** What the environment runs from then on. */
  release: Merged | undefined;
  commit: string;
  verdict?: Pick<Verdict, 'state' | 'reasons' | 'since'>;
}

interface Standing {
  /** What it may go back to, and what it runs last. */
  runs: { release: Merged; happening: Happening }[];
  isHeld: boolean;
  replicas: number;
}

const minute = 60_000;

/** People and a pipeline who deliver: all that they do is a commit, and stands in the list of what happened. */
export class Team {
  readonly merged: Merged[] = [];
  readonly happenings: Happening[] = [];
  readonly #import: Import;
  readonly #standings: ReadonlyMap<string, Standing>;

  constructor(stream: Import, environments: readonly string[]) {
    this.#import = stream;
    this.#standings = new Map(environments.map((name) => [name, { runs: [], isHeld: false, replicas: 1 }]));
  }

  /** Makes the project, whose environments run nothing yet. */
  async start(files: Files, { by: author, time }: Act): Promise<void> {
    const values = [...this.#standings.keys()].map((name) => [valuesPath(name), emptyValues(name)] as const);
    const all = { ...files, ...Object.fromEntries(values) };
    const commit = await this.#import.commit({ author, time, message: 'Start the project', files: all });
    for (const environment of this.#standings.keys())
      this.#keep({ kind: 'edit', environment, release: undefined, by: author, time, commit });
  }

  /** What an environment runs, and what brought it. */
  runs(environment: string): Standing['runs'][number] | undefined {
    return this.#standing(environment).runs.at(-1);
  }

  /** What an environment ran before, and can go back to. */
  before(environment: string): Merged | undefined {
    return this.#standing(environment).runs.at(-2)?.release;
  }

  isHeld(environment: string): boolean {
    return this.#standing(environment).isHeld;
  }

  /** Commits code. */
  async merge(subject: string, { by: author, time }: Act): Promise<Merged> {
    const number = this.merged.length + 1;
    const files = { 'src/main.ts': `console.log(${number});\n` };
    const sha = await this.#import.commit({ author, time, message: subject, files });
    // So many digits that no two of thousands have the same.
    const merged = { sha, tag: sha.slice(0, 10), subject, author, time, number };
    this.merged.push(merged);
    return merged;
  }

  /** Makes a delivery; one that somebody else merges is proposed some minutes before. */
  async deliver(order: Order): Promise<Happening> {
    const { kind, environment, release, by: author, time, merger, holds = kind === 'hold' } = order;
    const files = {
      ...(isRun(kind) && { [valuesPath(environment)]: this.#values(environment, release) }),
      ...(holds && { [holdPath(environment)]: holdOf(order) }),
      ...(kind === 'resume' && { [holdPath(environment)]: undefined }),
    };
    const proposal = merger && (await this.propose({ ...order, time: new Date(time.getTime() - 4 * minute) }));
    const commit = await this.#import.commit(
      proposal === undefined
        ? { author, time, message: this.#message(order), files }
        : { author: merger ?? author, time, message: mergeMessage(proposal, release), files, merged: proposal },
    );
    const standing = this.#standing(environment);
    if (holds || kind === 'resume') standing.isHeld = holds;
    if (kind === 'rollback') standing.runs.splice(-2);
    return this.#keep({ ...order, commit });
  }

  /** Proposes a promotion on a branch of its own, and gives the branch. */
  async propose(order: Order): Promise<string> {
    const { environment, release, by: author, time } = order;
    const branch = `promote/${environment}/${release.tag}`;
    const files = { [valuesPath(environment)]: this.#values(environment, release) };
    await this.#import.commit({ branch, from: 'main', author, time, message: this.#message(order), files });
    return branch;
  }

  /** Edits the values of environments by hand, in one commit: how they run, and maybe what. */
  async edit(environments: readonly string[], message: string, { by, time }: Act, release?: Merged): Promise<void> {
    const edited = environments.map((environment) => {
      this.#standing(environment).replicas += 1;
      return { environment, release: release ?? this.runs(environment)?.release };
    });
    const files: Files = Object.fromEntries(
      edited.map(({ environment, release }) => [valuesPath(environment), this.#values(environment, release)]),
    );
    const commit = await this.#import.commit({ author: by, time, message, files });
    for (const one of edited) this.#keep({ ...one, kind: 'edit', by, time, commit });
  }

  #keep(happening: Happening): Happening {
    const { kind, environment, release } = happening;
    this.happenings.push(happening);
    const { runs } = this.#standing(environment);
    if (release && (isRun(kind) || kind === 'edit') && release !== runs.at(-1)?.release)
      runs.push({ release, happening });
    return happening;
  }

  #message({ kind, environment, release, by, pipeline, override, reason }: Order): string {
    const from = this.runs(environment)?.release;
    return formatDelivery({
      kind,
      environment,
      from: from && imageOf(from),
      to: imageOf(release),
      subjects: isRun(kind) ? [release.subject] : [],
      actor: by.login,
      pipeline,
      override,
      reason,
    });
  }

  #values(environment: string, release: Merged | undefined): string {
    const { tag = '', sha = '' } = release ?? {};
    const values = tag === '' ? emptyValues(environment) : runningValues(environment, tag, digestOf(tag), sha);
    return values.replace('replicas: 1', `replicas: ${this.#standing(environment).replicas}`);
  }

  #standing(environment: string): Standing {
    const standing = this.#standings.get(environment);
    if (!standing) throw new Error(`There is no environment ${environment}.`);
    return standing;
  }
}

function isRun(kind: Happening['kind']): boolean {
  return kind === 'deploy' || kind === 'promote' || kind === 'rollback';
}

function imageOf({ tag, sha }: Merged): Image {
  return {
    tag: parseTag(tag, 'tag'),
    digest: parseDigest(digestOf(tag), 'digest'),
    revision: parseRevision(sha, 'revision'),
  };
}

function holdOf({ reason = 'No reason', by, time: since }: Order): string {
  return formatHold({ reason, by: by.login, since });
}

function mergeMessage(branch: string, { tag, number }: Merged): string {
  return `Merge branch '${branch}' into 'main'\n\nBring ${tag}\n\nSee merge request shop/orders!${number}`;
}
