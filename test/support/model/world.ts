import type { FileChanges } from '../../../scripts/git/file-history.ts';
import { chooseCandidate, listCandidates } from '../../../scripts/release/candidates.ts';
import { findFreeze, requireEnvironment } from '../../../scripts/release/flow.ts';
import type { Environment, Flow, Overridable } from '../../../scripts/release/flow.ts';
import { parseDigest, parseRevision, parseTag } from '../../../scripts/release/image.ts';
import type { Image } from '../../../scripts/release/image.ts';
import { Ledger } from '../../../scripts/release/ledger.ts';
import { judgeDeploy, judgeOverridden, judgePromotion, judgeRollback } from '../../../scripts/release/rules.ts';
import type { Standing } from '../../../scripts/release/rules.ts';
import type { Verdict } from '../../../scripts/release/verdict.ts';
import { relate } from '../git/changes.ts';
import { emptyValues, runningValues } from '../git/origin.ts';
import type { Files } from '../git/origin.ts';
import { digestOf, holds } from '../git/runs.ts';

export const names = ['dev', 'staging', 'production'] as const;
export type Name = (typeof names)[number];

/** How a delivery came to be: by a command, or past all of them. */
export interface Manner {
  override?: readonly Overridable[];
  isForced?: boolean;
  /** When Argo CD finds it healthy, if it does. */
  healthy?: number | undefined;
}

/** A promotion, and what the rules said of it. */
export interface Promoted {
  commit: string;
  environment: Name;
  release: number;
  at: number;
  isForced: boolean;
  said: ReturnType<typeof judgeOverridden>;
}

/** A time for which an environment ran a release. */
export interface Stay {
  commit: string;
  release: number;
  since: number;
  until: number | undefined;
  healthy: number | undefined;
}

/** A branch and who delivers on it, in a time of its own, by the rules as the commands and the audit have them. */
export class World {
  readonly flow: Flow;
  readonly changes: FileChanges[] = [];
  readonly verdicts = new Map<string, Verdict[]>();
  readonly promoted: Promoted[] = [];
  /** Milliseconds. */
  now: number;
  readonly #ledger = new Ledger(this.verdicts);
  #latest = 0;

  constructor(flow: Files, start: number) {
    this.now = start;
    this.commit('Start', {
      ...flow,
      ...Object.fromEntries(names.map((name) => [pathOf(name), emptyValues(name)])),
    });
    if (!this.#ledger.flow) throw new Error('the flow is broken');
    this.flow = this.#ledger.flow;
  }

  /** The release that an environment runs, 0 for none. */
  runs(name: Name): number {
    const image = this.#ledger.imageOf(name);
    return image ? numberOf(image) : 0;
  }

  isHeld(name: Name): boolean {
    return this.#ledger.recordOf(name).hold !== undefined;
  }

  /** What an environment has run, in its order. */
  listRuns(name: Name): Stay[] {
    return this.#ledger.recordOf(name).runs.map(({ image, version, since, until }) => ({
      commit: version.commit.sha,
      release: numberOf(image),
      since: since.getTime(),
      until: until?.getTime(),
      healthy: this.verdicts.get(version.commit.sha)?.[0]?.since.getTime(),
    }));
  }

  /** Commits by a clock that is off by so many milliseconds. */
  commit(message: string, files: Files, skew = 0, committer = 'Ada'): string {
    const sha = String(this.changes.length + 1).padStart(40, '0');
    this.#latest = Math.max(this.#latest, this.now + skew);
    const time = new Date(Math.floor(this.#latest / 1000) * 1000);
    const commit = {
      sha,
      author: 'Ada',
      committer,
      time,
      seen: time,
      message,
      merged: undefined,
      doubt: undefined,
    };
    const entries = Object.entries(files).map(
      ([path, content]) => [path, content === undefined ? undefined : Buffer.from(content)] as const,
    );
    const change = { commit, files: new Map(entries), irregular: new Set<string>() };
    this.changes.push(change);
    this.#ledger.apply(change, this.#ledger.read(change));
    return sha;
  }

  /** Deploys a release, as the pipeline does, by a clock that is off. */
  deploy(release: number, { healthy }: Manner = {}, skew = 0): void {
    const to = imageOf(release);
    const standing = this.#stand('dev', this.#view());
    const relation = relate(to, standing.image);
    if (tryTo(() => judgeDeploy(standing, { to, relation })) !== 'changed') return;
    this.#deliver('deploy', 'dev', release, healthy, { skew });
  }

  /** Promotes what is ripe, or a release, as the command does, or past it. */
  promote(name: Name, release?: number, { override = [], isForced = false, healthy }: Manner = {}): void {
    const ledger = this.#view();
    const standing = this.#stand(name, ledger);
    const source = standing.environment.from ?? '';
    const { runs, hold } = ledger.recordOf(source);
    const moment = { now: new Date(this.now), relate };
    const chosen = chooseCandidate(listCandidates(runs, standing, moment), moment.now)?.image;
    const to = release === undefined ? chosen : imageOf(release);
    if (!to) return;
    const coming = { to, relation: relate(to, standing.image), rival: ledger.findRival(to) };
    const said = judgeOverridden(standing, override, (relaxed) =>
      judgePromotion(relaxed, coming, { name: source, hold, runs }, moment),
    );
    if (said.ruling === 'unchanged' || (said.ruling !== 'changed' && !isForced)) return;
    const details = { override: said.broken.map(({ rule }) => rule) };
    const commit = this.#deliver('promote', name, numberOf(to), healthy, details);
    this.promoted.push({ commit, environment: name, release: numberOf(to), at: this.now, isForced, said });
  }

  /** Goes back to the newest older release that ran, and holds. */
  rollback(name: Name, healthy?: number): void {
    const { runs } = this.#ledger.recordOf(name);
    const image = this.#ledger.imageOf(name);
    const to = runs.findLast((run) => image && numberOf(run.image) < numberOf(image))?.image;
    const environment = requireEnvironment(this.flow, name);
    const hold = this.#ledger.recordOf(name).hold;
    if (!to || tryTo(() => judgeRollback({ environment, image, hold }, to, runs)) !== 'changed') return;
    this.#deliver('rollback', name, numberOf(to), healthy, { files: holds(name) });
  }

  hold(name: Name): void {
    if (!this.isHeld(name)) this.commit(`hold(${name})`, holds(name));
  }

  resume(name: Name): void {
    if (this.isHeld(name)) this.commit(`resume(${name})`, { [`environments/${name}/hold.yaml`]: undefined });
  }

  #deliver(
    kind: 'deploy' | 'promote' | 'rollback',
    name: Name,
    release: number,
    healthy: number | undefined,
    { skew = 0, files = {}, override = [] }: { skew?: number; files?: Files; override?: readonly string[] },
  ): string {
    const tag = tagOf(release);
    const facts = override.length > 0 ? `\n\nOverride: ${override.join(', ')}\nReason: urgent` : '';
    const sha = String(this.changes.length + 1).padStart(40, '0');
    if (healthy !== undefined) {
      this.verdicts.set(sha, [
        { environment: name, state: 'healthy', since: new Date(healthy), by: 'Ada', reasons: [] },
      ]);
    }
    const values = runningValues(name, tag, digestOf(tag), tag.padEnd(40, '0'));
    return this.commit(
      `${kind}(${name}): ${tag}${facts}`,
      { [pathOf(name)]: values, ...files },
      skew,
      kind === 'promote' ? 'Grace' : 'Ada',
    );
  }

  #stand(name: Name, ledger: Ledger): Standing {
    return {
      environment: requireEnvironment(this.flow, name),
      image: ledger.imageOf(name),
      hold: ledger.recordOf(name).hold,
      freeze: findFreeze(this.flow, name, new Date(this.now)),
    };
  }

  /** The history as a command sees it now: nothing counts as later. */
  #view(): Ledger {
    if (this.#latest <= this.now) return this.#ledger;
    const bound = (time: Date) => new Date(Math.min(time.getTime(), this.now));
    const changes = this.changes.map(({ commit, ...change }) => ({
      ...change,
      commit: { ...commit, time: bound(commit.time), seen: bound(commit.seen) },
    }));
    return Ledger.of(changes, this.verdicts);
  }
}

/** An environment of the flow by its name. */
export function rulesOf({ flow }: World, name: Name): Environment {
  return requireEnvironment(flow, name);
}

function tryTo<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

function pathOf(name: string): string {
  return `environments/${name}/values.yaml`;
}

function tagOf(release: number): string {
  return `${release.toString(16).padStart(7, '0')}a`;
}

function numberOf({ tag }: Image): number {
  return parseInt(tag.slice(0, 7), 16);
}

function imageOf(release: number): Image {
  const tag = tagOf(release);
  return {
    tag: parseTag(tag, 'tag'),
    digest: parseDigest(digestOf(tag), 'digest'),
    revision: parseRevision(tag.padEnd(40, '0'), 'revision'),
  };
}
