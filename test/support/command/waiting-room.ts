import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Answer } from '../../../scripts/look/answer.ts';
import { wait } from '../../../scripts/look/wait.ts';
import { argoToken, recordApplication, serveArgo } from '../argocd/server.ts';
import type { ArgoServerOptions, Recorded, Situation } from '../argocd/server.ts';
import { runningValues } from '../git/origin.ts';
import { root } from '../kubernetes/render.ts';
import { createSandbox } from './sandbox.ts';
import type { Sandbox } from './sandbox.ts';

export const digest = `sha256:${'a'.repeat(64)}`;
export const otherDigest = `sha256:${'b'.repeat(64)}`;

const applicationSetPath = 'environments/argocd/applicationset.yaml';

/** A wait as it was: its answer, what it told on the way, and the milliseconds of its pauses. */
export interface Played extends Answer {
  lines: string[];
  pauses: number[];
}

/** What happens in Git during the pause of a number. */
export type Steps = Record<number, () => Promise<unknown>>;

/** A sandbox with three releases, whose middle one runs in dev, and a clock that stands still but for pauses. */
export class WaitingRoom implements AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly checkout: string;
  readonly commits: readonly [older: string, ours: string, newer: string];

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
    { steps, ...options }: Omit<ArgoServerOptions, 'applications'> & { steps?: Steps } = {},
  ): Promise<Played> {
    await using server = await serveArgo({ applications, ...options });
    return await this.wait(server.host, steps);
  }

  /** The same with any server. */
  async wait(host: string, steps: Steps = {}): Promise<Played> {
    let time = Date.parse('2026-11-24T10:00:00Z');
    const lines: string[] = [];
    const pauses: number[] = [];
    const world = {
      ...{ directory: this.checkout, remote: 'origin', branch: 'main', deadline: 10_000, dryRun: false },
      env: { ...this.sandbox.env, ...variables(host) },
      signal: new AbortController().signal,
      now: () => new Date(time),
      log: (line: string) => void lines.push(line),
    };
    const sleep = async (milliseconds: number) => {
      time += milliseconds;
      pauses.push(milliseconds);
      await steps[pauses.length]?.();
    };
    return { ...(await wait(world, 'dev', { timeout: 60_000, sleep })), lines, pauses };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sandbox[Symbol.asyncDispose]();
  }
}

/** Makes the sandbox; its Applications are named by the rule of this repository. */
export async function openWaitingRoom(): Promise<WaitingRoom> {
  const sandbox = await createSandbox();
  const { origin } = sandbox;
  const rule = await readFile(join(root, applicationSetPath), 'utf8');
  await origin.commit('Name the Applications', {
    [applicationSetPath]: rule.replaceAll('nestjs-service', 'orders'),
  });
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
