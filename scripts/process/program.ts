import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { Failure } from '../shell/failure.ts';

export interface ProgramOptions {
  cwd?: string | undefined;
  /** The whole environment of the program: nothing is inherited. */
  env: NodeJS.ProcessEnv;
  /** What the program reads on standard input; without it there is nothing to read. */
  input?: string | Uint8Array;
  /** Milliseconds after which the program and all that it started are killed. */
  timeLimit: number;
  /** Kills the program and all that it started when aborted. */
  signal?: AbortSignal | undefined;
  /** Where both outputs are copied as they come, for somebody who watches. */
  echo?: Writable | undefined;
}

export type ProgramResult = Awaited<ReturnType<typeof runProgram>>;

// Milliseconds for the rest of the output. A child that left the group, such as SSH's shared connection, keeps it open.
const drainLimit = 1_000;

/**
 * Runs a program in a process group of its own, so that a time limit also ends what the program started. A child that
 * outlives the program does not make it run longer.
 * @throws {Failure} `missing-program` when it is not installed; the signal's reason when aborted.
 */
export async function runProgram(
  file: string,
  args: readonly string[],
  { cwd, env, input, timeLimit, signal, echo }: ProgramOptions,
) {
  signal?.throwIfAborted();
  const child = spawn(file, args, { cwd, env, detached: true, stdio: 'pipe' });
  const killGroup = () => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself meanwhile.
    }
  };
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    killGroup();
  }, timeLimit);
  signal?.addEventListener('abort', killGroup);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let drain: NodeJS.Timeout | undefined;
  // On a busy machine the time can be over before what is there has been read: only what brings nothing more is closed.
  const drainRest = () => {
    const read = stdout.length + stderr.length;
    const look = () => {
      if (stdout.length + stderr.length > read) drainRest();
      else for (const stream of [child.stdout, child.stderr]) stream.destroy();
    };
    drain = setTimeout(() => setImmediate(look), drainLimit).unref();
  };
  child.once('exit', drainRest);
  child.stdout.on('data', (chunk: Buffer) => void stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => void stderr.push(chunk));
  if (echo) {
    child.stdout.pipe(echo, { end: false });
    child.stderr.pipe(echo, { end: false });
  }
  // A program may end without reading all of its input; its exit status tells what that means.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);

  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    signal?.throwIfAborted();
    return {
      /** The exit status, or null when the time limit or a signal ended the program. */
      status,
      stdout: Buffer.concat(stdout),
      stderr: Buffer.concat(stderr).toString(),
      /** Whether it was the time limit that ended the program. */
      timedOut,
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const problem = `${file} is not installed, or not on the PATH.`;
    throw new Failure('missing-program', problem, `Install ${file}.`, { cause: error });
  } finally {
    clearTimeout(timer);
    clearTimeout(drain);
    signal?.removeEventListener('abort', killGroup);
  }
}
