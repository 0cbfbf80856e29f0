import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { spawn, type StdioOptions } from 'node:child_process';
import { Writable } from 'node:stream';
import { runProgram } from '../../../scripts/process/program.ts';
import { git } from '../git/git.ts';
import { createOrigin } from '../git/origin.ts';
import type { Origin, OriginOptions } from '../git/origin.ts';

export interface CloneOptions {
  /** As a job of a pipeline has it: the newest commit alone, and no branch. */
  asJob?: boolean;
  /** What git is to leave out, as in `blob:none`. */
  filter?: string;
  /** The address of the remote, where it is not the origin's folder. */
  address?: string;
}

/** What a run of the command line came to. */
export interface Run {
  status: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** Milliseconds. */
  timeLimit?: number;
  /** Hears what the run says, as it says it. */
  hear?: (words: string) => unknown;
}

const entry = resolve('scripts/gitops.ts');
// Half of the time of a short run is Node's compiling the same files again.
const compileCache = resolve('node_modules/.cache/node');

/** A machine of its own with nothing on it, an origin, and whoever runs the command line there. */
export class Sandbox implements AsyncDisposable {
  readonly folder: string;
  readonly origin: Origin;
  /** The environment of every run: programs from `bin` come before the machine's own. */
  readonly env: Readonly<Record<string, string>>;
  #clones = 0;

  constructor(folder: string, origin: Origin) {
    this.folder = folder;
    this.origin = origin;
    this.env = {
      PATH: `${this.bin}:${process.env.PATH ?? ''}`,
      HOME: join(folder, 'home'),
      TMPDIR: this.temporary,
      GIT_CONFIG_NOSYSTEM: '1',
      NODE_COMPILE_CACHE: compileCache,
      // The origin's, whatever branch this repository delivers to.
      CI_DEFAULT_BRANCH: 'main',
      GITLAB_USER_LOGIN: 'grace',
      GITLAB_USER_NAME: 'Grace Operator',
      GITLAB_USER_EMAIL: 'grace@example.com',
    };
  }

  get bin(): string {
    return join(this.folder, 'bin');
  }

  get temporary(): string {
    return join(this.folder, 'tmp');
  }

  /** Clones the origin into a new folder, and gives the folder. */
  async clone({ asJob = false, filter, address }: CloneOptions = {}): Promise<string> {
    this.#clones += 1;
    const checkout = join(this.folder, `checkout ${this.#clones}`);
    const shape = [...(asJob ? ['--depth=1'] : []), ...(filter ? [`--filter=${filter}`] : [])];
    await git('/', ['clone', '--quiet', ...shape, `file://${this.origin.directory}`, checkout]);
    if (asJob) await git(checkout, ['checkout', '--quiet', '--detach']);
    await git(checkout, ['remote', 'set-url', 'origin', address ?? this.origin.directory]);
    return checkout;
  }

  /** Sets git's configuration in a checkout. */
  async configure(checkout: string, settings: Readonly<Record<string, string>>): Promise<void> {
    for (const [key, value] of Object.entries(settings)) await git(checkout, ['config', key, value]);
  }

  /** Runs the command line in a checkout, and waits for its end. */
  async gitops(
    checkout: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    { timeLimit = 25_000, hear }: RunOptions = {},
  ): Promise<Run> {
    const { status, stdout, stderr } = await runProgram(process.execPath, [entry, ...args], {
      cwd: checkout,
      env: { ...this.env, ...env },
      timeLimit,
      ...(hear && { echo: listenWith(hear) }),
    });
    return { status, stdout: stdout.toString(), stderr };
  }

  /** Starts the command line in a process group of its own, for who wants to end it early. */
  start(checkout: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, stdio: StdioOptions = 'ignore') {
    return spawn(process.execPath, [entry, ...args], {
      cwd: checkout,
      env: { ...this.env, ...env },
      detached: true,
      stdio,
    });
  }

  /** Lets a shell script run before each call of a program, with the call's arguments. */
  async wrap(program: string, script: string): Promise<void> {
    const lines = ['#!/bin/sh', `PATH='${process.env.PATH ?? ''}'`, script, `exec ${program} "$@"`, ''];
    await writeFile(join(this.bin, program), lines.join('\n'), { mode: 0o755 });
  }

  /** What runs have left in the temporary folder. */
  leftovers(): Promise<string[]> {
    return readdir(this.temporary);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Makes a sandbox in a temporary folder, and an origin in it. */
export async function createSandbox(options: OriginOptions = {}): Promise<Sandbox> {
  const folder = await mkdtemp(join(tmpdir(), 'gitops test '));
  await Promise.all(['home', 'tmp', 'bin'].map((name) => mkdir(join(folder, name))));
  return new Sandbox(folder, await createOrigin(join(folder, 'origin.git'), options));
}

function listenWith(hear: (words: string) => unknown): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      hear(chunk.toString());
      done();
    },
  });
}
