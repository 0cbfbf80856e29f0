import type { Answer } from '../../../scripts/look/answer.ts';
import { wait } from '../../../scripts/deliver/wait.ts';
import { readRecording } from '../argocd/recording.ts';
import type { Named } from '../argocd/recording.ts';
import { argoToken, permissionDenied, serveArgo } from '../argocd/server.ts';
import type { ArgoServerOptions, Recorded } from '../argocd/server.ts';
import { recordApplication } from '../argocd/situation.ts';
import type { Situation } from '../argocd/situation.ts';
import { namedApplications } from '../git/applicationset.ts';
import { runningValues } from '../git/origin.ts';
import { createOperator } from './operator.ts';
import { createSandbox } from './sandbox.ts';
import type { Sandbox } from './sandbox.ts';

const start = Date.parse('2026-11-24T10:00:00Z');

export const digest = `sha256:${'a'.repeat(64)}`;
export const otherDigest = `sha256:${'b'.repeat(64)}`;

/** A wait as it was: its answer, what it told on the way, and the milliseconds of its pauses. */
export interface Played extends Answer {
  lines: string[];
  pauses: number[];
}

/** A wait through a recording, with the questions that were asked. */
export interface Replayed extends Played {
  questions: string[];
}

/** What happens in Git during the pause of a number. */
export type Steps = Record<number, () => Promise<unknown>>;

interface WaitingOptions {
  steps?: Steps | undefined;
  orRollback?: boolean | undefined;
  /** What else the wait finds in its environment. */
  env?: NodeJS.ProcessEnv | undefined;
}

/** A sandbox with three releases, whose middle one runs in dev, and a clock that stands still but for pauses. */
export class WaitingRoom implements AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly checkout: string;
  readonly commits: readonly [older: string, ours: string, newer: string];
  #time = start;

  constructor(sandbox: Sandbox, checkout: string, commits: WaitingRoom['commits']) {
    this.sandbox = sandbox;
    this.checkout = checkout;
    this.commits = commits;
  }

  get tags(): WaitingRoom['commits'] {
    const [older, ours, newer] = this.commits;
    return [older.slice(0, 8), ours.slice(0, 8), newer.slice(0, 8)];
  }

  /** An answer about an Application that runs ours, and is well but for what is said. */
  well(situation: Partial<Situation> = {}): Recorded {
    return { body: recordApplication({ commit: this.commits[1], tag: this.tags[1], digest, ...situation }) };
  }

  /** Lets dev run a release, by a commit. */
  async deliver(tag: string, image = digest): Promise<void> {
    const files = { 'environments/dev/values.yaml': runningValues('dev', tag, image) };
    await this.sandbox.origin.commit(`deploy(dev): ${tag}`, files);
  }

  /** Waits a minute for dev while the answers are played. */
  async play(
    applications: readonly Recorded[],
    { steps, orRollback, env, ...options }: Omit<ArgoServerOptions, 'applications'> & WaitingOptions = {},
  ): Promise<Played> {
    await using server = await serveArgo({ applications, ...options });
    return await this.wait(server.host, { steps, orRollback, env });
  }

  /**
   * Waits for dev while a recording is played: ours is the release that came in it, or the one before, to which it went
   * back; from the given second on.
   */
  async replay(file: string, ours: 'before' | 'after', { from = 0, ended = permissionDenied } = {}): Promise<Replayed> {
    const [older, wanted, newer] = this.#releases();
    const answer = ours === 'after' ? readRecording(file, older, wanted) : readRecording(file, wanted, newer);
    const seconds = () => from + (this.#time - start) / 1_000;
    await using server = await serveArgo({
      applications: () => ({ body: answer('application', seconds()) }),
      tree: () => answer('tree', seconds()),
      ended,
    });
    return { ...(await this.wait(server.host)), questions: server.questions };
  }

  /** The same with any server. */
  async wait(host: string, { steps = {}, orRollback = false, env = {} }: WaitingOptions = {}): Promise<Played> {
    this.#time = start;
    const pauses: number[] = [];
    const operator = createOperator(this.sandbox, this.checkout, { now: () => new Date(this.#time) });
    const place = { ...operator, env: { ...operator.env, ...variables(host), ...env } };
    const sleep = async (milliseconds: number) => {
      this.#time += milliseconds;
      pauses.push(milliseconds);
      await steps[pauses.length]?.();
    };
    const answer = await wait(place, 'dev', { timeout: 60_000, sleep, orRollback });
    return { ...answer, lines: operator.lines, pauses };
  }

  #releases(): [older: Named, ours: Named, newer: Named] {
    const name = (index: 0 | 1 | 2, digest: string) => {
      return { commit: this.commits[index], tag: this.tags[index], digest };
    };
    return [name(0, otherDigest), name(1, digest), name(2, otherDigest)];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sandbox[Symbol.asyncDispose]();
  }
}

/** Makes the sandbox. */
export async function openWaitingRoom(): Promise<WaitingRoom> {
  const sandbox = await createSandbox();
  const { origin } = sandbox;
  await origin.commit('Name the Applications', namedApplications);
  const [older = '', ours = '', newer = ''] = await origin.commitAll(['Older', 'Ours', 'Newer']);
  const checkout = await sandbox.clone();
  const room = new WaitingRoom(sandbox, checkout, [older, ours, newer]);
  await room.deliver(room.tags[1]);
  return room;
}

/** How the command line is told of a server without TLS. */
export function variables(host: string): NodeJS.ProcessEnv {
  return { ARGOCD_SERVER: `http://${host}`, ARGOCD_AUTH_TOKEN: argoToken };
}

/** One answer many times. */
export function repeat(answer: Recorded, times: number): Recorded[] {
  return Array.from({ length: times }, () => answer);
}
