import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
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
export async function runProgram(file: string, args: readonly string[], options: ProgramOptions) {
  const { cwd, env, input, timeLimit, signal, echo } = options;
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
  const [stdout, stderr] = [collect(child.stdout, child, echo), collect(child.stderr, child, echo)];
  // A program may end without reading all of its input; its exit status tells what that means.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);

  try {
    await once(child, 'close');
    signal?.throwIfAborted();
    return {
      /** The exit status, or null when the time limit or a signal ended the program. */
      status: child.exitCode,
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
    signal?.removeEventListener('abort', killGroup);
  }
}

/** Collects an output. Once the program has ended, an output that brings nothing more is closed. */
function collect(output: Readable, program: ChildProcess, echo: Writable | undefined): Buffer[] {
  const chunks: Buffer[] = [];
  output.on('data', (chunk: Buffer) => void chunks.push(chunk));
  if (echo) output.pipe(echo, { end: false });
  const drain = () => {
    const read = chunks.length;
    const look = () => {
      if (chunks.length > read) drain();
      else output.destroy();
    };
    // On a busy machine the time can be over before what is there has been read.
    setTimeout(() => setImmediate(look), drainLimit).unref();
  };
  program.once('exit', drain);
  return chunks;
}
