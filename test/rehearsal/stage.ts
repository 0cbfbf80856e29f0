import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Failure } from '../../scripts/shell/failure.ts';
import { runProgram } from '../../scripts/process/program.ts';
import { show } from '../../scripts/shell/screen.ts';

/** What a step of the rehearsal does, what it stands for, and where to look when it fails. */
export interface Step {
  name: string;
  does: string;
  lookAt: string;
}

/** The folder that a rehearsal plays in, and the programs that it runs there. */
export class Stage implements AsyncDisposable {
  readonly folder: string;
  /** The environment of every program: nothing of the user's own settings, and none of them in reach. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly #keep: boolean;

  private constructor(folder: string, keep: boolean, signal: AbortSignal) {
    this.folder = folder;
    this.#keep = keep;
    this.signal = signal;
    this.env = {
      PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
      HOME: join(folder, 'home'),
      CI_DEFAULT_BRANCH: 'main',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      ...person('Dev Eloper', 'dev.eloper@example.com'),
    };
  }

  static async create({ keep, signal }: { keep: boolean; signal: AbortSignal }): Promise<Stage> {
    return new Stage(await mkdtemp(join(tmpdir(), 'rehearsal-')), keep, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#keep) show(`Kept: ${this.folder}`);
    else await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Plays a step where everybody sees it, with the time that it took. */
  async play<T>({ name, does, lookAt }: Step, action: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const seconds = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
    show(`\n${name}: ${does}`);
    try {
      const result = await action();
      show(`  ✓ ${seconds()}`);
      return result;
    } catch (error) {
      show(`  ✗ ${seconds()}. Look at ${lookAt}.`);
      throw error;
    }
  }

  /**
   * Runs a program in a folder of the stage and gives what it printed.
   * @throws {Failure} `rehearsal-failed` with its output when it does not end with the status expected.
   */
  async run(
    folder: string,
    command: readonly [string, ...string[]],
    { env = {}, expected = 0 }: { env?: NodeJS.ProcessEnv; expected?: number } = {},
  ): Promise<string> {
    const [file, ...args] = command;
    const { status, stdout, stderr } = await runProgram(file, args, {
      cwd: join(this.folder, folder),
      env: { ...this.env, ...env },
      timeLimit: 60_000,
      signal: this.signal,
    });
    // What a program that succeeds says to its watchers is of no interest, what it refuses for is.
    const output = `${stdout.toString()}${expected === 0 && status === 0 ? '' : stderr}`.trim();
    if (status === expected) return output;
    throw new Failure(
      'rehearsal-failed',
      `${command.join(' ')} ended with ${String(status)} in ${folder}, not with ${expected}:\n${output}`,
      'npm run rehearse -- --keep leaves the folder, to look around in it.',
    );
  }
}

function person(name: string, email: string): NodeJS.ProcessEnv {
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
}
