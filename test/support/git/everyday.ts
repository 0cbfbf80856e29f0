import { flow } from './flow.ts';
import type { Import } from './import.ts';
import { mischief, people, reasons, subjects } from './mischief.ts';
import { chart } from './origin.ts';
import { Team, type Act, type Happening, type Merged, type Order } from './team.ts';

/** The environments of the team, in the flow's order. */
export const environments = ['dev', 'staging', 'production'] as const;
type Name = (typeof environments)[number];

export interface Breach {
  commit: string;
  environment: string;
  rule: string;
}

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
const week = 7 * day;

const { ada, zoe, grace, lukasz, hostile } = people;
const authors = [ada, zoe, grace, lukasz, hostile] as const;
const pool = [...subjects, ...Object.values(mischief)];
const freezeReason = 'Stock-taking & <b>accounts</b>';

/** The ordinary days of a team: what it does with each release, by the rules but for two breaches that are told. */
export class Everyday {
  readonly team: Team;
  readonly breaches: Breach[] = [];
  readonly freeze: { to: Date; reason: string };

  constructor(stream: Import, end: Date) {
    this.team = new Team(stream, environments);
    this.freeze = { to: new Date(Math.floor((end.getTime() + day) / hour) * hour), reason: freezeReason };
  }

  async begin(time: Date): Promise<void> {
    const soak = { for: '1h', by: 'descent' } as const;
    const { to } = this.freeze;
    const every = { from: weekTime(new Date(to.getTime() - 2 * day)), to: weekTime(to), zone: 'UTC' };
    const rules = flow({
      staging: { soak, healthy: true, override: ['soak'] },
      production: { soak, healthy: true, via: 'merge-request', override: ['soak', 'freeze'] },
      freeze: { environments: ['production'], every, reason: freezeReason },
    });
    await this.team.start({ ...rules, ...chart }, { by: ada, time });
  }

  /** Plays one release, and what comes between it and the next. */
  async playRelease(number: number, time: number, share: number): Promise<void> {
    const { team } = this;
    const at = (minutes: number) => new Date(time + minutes * minute);
    const by = authors[number % authors.length] ?? ada;
    await resumeAll(team, { by, time: at(0) });
    if (number % 4 === 3) await this.#promote('production', at(8), number);
    if (number % 2 === 1) await this.#promote('staging', at(10), number);
    for (let commit = 0; commit < (number % 3) - 1; commit += 1) await this.#merge(number * 7 + commit, at(12), by);
    const release = await this.#merge(number, at(15), by);
    if (number % 70 === 26) await team.edit(['dev'], 'Try <b>it</b> by hand', { by, time: at(20) }, release);
    else await this.#deploy(release, at(20), number);
    if (number % 45 === 14) await this.#hurry(release, at(28));
    if (share > 1 / 3 && this.breaches.length === 0) await this.#break(release, at(29));
    if (number % 30 === 7) await this.#edit(Math.floor(number / 30), at(40), by);
    if (number % 40 === 21) await this.#takeBack('staging', at(60));
    if (number % 60 === 33) await this.#takeBack('production', at(62));
    if (number % 50 === 10) await this.#hold('dev', at(70), by);
    if (number % 90 === 44) for (const name of environments) await this.#hold(name, at(71), by);
    if (share > 2 / 3 && this.breaches.length === 1 && team.isHeld('staging')) await this.#meddle(at(75), by);
  }

  #merge(number: number, time: Date, by: Order['by']): Promise<Merged> {
    return this.team.merge(pool[number % pool.length] ?? 'Change it', { by, time });
  }

  async #deploy(release: Merged, time: Date, number: number): Promise<void> {
    const order = { environment: 'dev', release, by: release.author, pipeline: pipelineOf(release) } as const;
    const happening = await this.team.deliver({ ...order, kind: 'deploy', time });
    const before = this.team.before('dev');
    if (number % 17 !== 5 || !before) {
      judge(happening);
      return;
    }
    judge(happening, 'failed', [reasons.failed, 'Pod orders-1: ImagePullBackOff']);
    const reason = `${release.tag} is not healthy: ${reasons.failed}`;
    const back = { ...order, kind: 'rollback', release: before, time: new Date(time.getTime() + 4 * minute) } as const;
    judge(await this.team.deliver({ ...back, reason }));
  }

  async #promote(environment: 'staging' | 'production', time: Date, number: number): Promise<void> {
    const release = this.#next(environment);
    if (!release) return;
    const order = { kind: 'promote', environment, release, by: grace, time, pipeline: pipelineOf(release) } as const;
    if (environment === 'staging') judge(await this.team.deliver(order));
    else if (!this.#isFrozen(time)) judge(await this.team.deliver({ ...order, merger: zoe }));
    else if (number % 12 === 3) {
      const past = { override: ['freeze'], reason: 'The shop is down: it "must" be mended, & now' } as const;
      judge(await this.team.deliver({ ...order, ...past, merger: ada }));
    }
  }

  /** Promotes what has not soaked, by an override. */
  async #hurry(release: Merged, time: Date): Promise<void> {
    if (this.#next('staging') !== release) return;
    const order = { kind: 'promote', environment: 'staging', release, by: zoe, time } as const;
    judge(await this.team.deliver({ ...order, override: ['soak'], reason: 'A customer waits for <this>' }));
  }

  /** The same, with nothing that allows it. */
  async #break(release: Merged, time: Date): Promise<void> {
    if (this.#next('staging') !== release) return;
    const order = { kind: 'promote', environment: 'staging', release, by: hostile, time } as const;
    const happening = await this.team.deliver(order);
    judge(happening);
    this.breaches.push({ commit: happening.commit, environment: 'staging', rule: 'not-soaked' });
  }

  async #takeBack(environment: Name, time: Date): Promise<void> {
    const release = this.team.before(environment);
    if (!release) return;
    const order = { kind: 'rollback', environment, release, by: lukasz, time } as const;
    judge(await this.team.deliver({ ...order, reason: reasons.rollback, holds: true }));
  }

  async #hold(environment: Name, time: Date, by: Order['by']): Promise<void> {
    const release = this.team.runs(environment)?.release;
    if (release) await this.team.deliver({ kind: 'hold', environment, release, by, time, reason: reasons.hold });
  }

  /** Edits an environment by hand, or two in one commit. */
  async #edit(turn: number, time: Date, by: Order['by']): Promise<void> {
    const one = environments[turn % environments.length] ?? 'dev';
    const names: Name[] = turn % 4 === 3 ? ['dev', 'staging'] : [one];
    if (names.includes('production') && this.#isFrozen(time)) return;
    await this.team.edit(names, 'Run one more', { by, time });
  }

  async #meddle(time: Date, by: Order['by']): Promise<void> {
    await this.team.edit(['staging'], 'Run one more, though it is held', { by, time });
    const commit = this.team.happenings.at(-1)?.commit ?? '';
    this.breaches.push({ commit, environment: 'staging', rule: 'edited-while-held' });
  }

  /** What an environment may get, if the time in the source is long enough. */
  #next(environment: 'staging' | 'production'): Merged | undefined {
    const source = environment === 'staging' ? 'dev' : 'staging';
    if (this.team.isHeld(environment) || this.team.isHeld(source)) return undefined;
    const there = this.team.runs(source);
    if (there?.happening.verdict?.state !== 'healthy') return undefined;
    return there.release.number > (this.team.runs(environment)?.release.number ?? 0) ? there.release : undefined;
  }

  #isFrozen(time: Date): boolean {
    const since = (((time.getTime() - this.freeze.to.getTime()) % week) + week) % week;
    return since >= week - 2 * day;
  }
}

/** Lets deliveries in again wherever they are held. */
export async function resumeAll(team: Team, act: Act): Promise<void> {
  for (const environment of environments) {
    const release = team.runs(environment)?.release;
    if (release && team.isHeld(environment)) await team.deliver({ kind: 'resume', environment, release, ...act });
  }
}

/** Keeps what Argo CD said of a delivery, some minutes later. */
export function judge(
  happening: Happening,
  state: 'healthy' | 'failed' = 'healthy',
  found: readonly string[] = [],
): void {
  happening.verdict = { state, reasons: found, since: new Date(happening.time.getTime() + 3 * minute) };
}

/** The pipeline that delivers a release. */
export function pipelineOf({ number }: Merged): string {
  return `https://gitlab.example.com/shop/orders/-/pipelines/${1000 + number}?ref=main&id=<${number}>`;
}

function weekTime(time: Date): string {
  const weekday = time.toLocaleDateString('en', { weekday: 'short', timeZone: 'UTC' });
  return `${weekday} ${time.toISOString().slice(11, 16)}`;
}
