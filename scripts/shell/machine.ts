import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Failure } from './failure.ts';

/** The codes of Node for the limits of the operating system. */
const codes = /^(ENOSPC|EDQUOT|EROFS|EMFILE|ENFILE|ENOMEM)$/;
/** The same in the messages of a program, or that it cannot write a file; lines of a server are about another machine. */
const words =
  /^(?!(error: )?remote).*(no space left on device|disk quota exceeded|read-only file system|too many open files|cannot allocate memory|couldn't write '|unable to create temporary file).*$/im;

/** Makes a folder in the temporary folder, which goes with the block that uses it; else the machine is at fault. */
export async function makeTemporary(prefix: string): Promise<AsyncDisposable & { path: string }> {
  // Git runs in another folder, from which a relative path would lead elsewhere.
  const parent = resolve(tmpdir());
  try {
    const path = await mkdtemp(join(parent, prefix));
    // A program that was just killed may still write there.
    return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
  } catch (error) {
    throw machineFault(`Cannot make a folder in ${parent}: ${(error as Error).message}`, error);
  }
}

/** The failure for an error of Node that is caused by the machine, if it is. */
export function findMachineFault(error: unknown): Failure | undefined {
  const isFault = Error.isError(error) && 'code' in error && codes.test(String(error.code));
  return isFault ? machineFault(`This machine cannot go on: ${error.message}`, error) : undefined;
}

/** The failure for a program's message that is caused by the machine, if it is. */
export function findMachineFaultIn(program: string, stderr: string): Failure | undefined {
  const [line] = words.exec(stderr) ?? [];
  return line === undefined ? undefined : machineFault(`${program} cannot go on: ${line.trim()}`);
}

function machineFault(message: string, cause?: unknown): Failure {
  return new Failure(
    'machine-fault',
    message,
    'Make room on this machine, or set TMPDIR to a folder that can be written; then run it again.',
    { cause },
  );
}
