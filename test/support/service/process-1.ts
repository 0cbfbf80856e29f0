import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { runProgram } from '../../../scripts/process/program.ts';

/** A program that is process 1 of a namespace of its own, as in a container. */
export interface Process1 extends AsyncDisposable {
  /** Its exit status. */
  ended: Promise<number | null>;
  hasEnded: () => boolean;
  /** What it has written until now, on both outputs. */
  output: () => string;
  /** Its number outside of its namespace. */
  findPid: () => Promise<string>;
  signal: (signal: NodeJS.Signals) => Promise<void>;
}

const namespace = ['--fork', '--pid', '--mount-proc', '--kill-child'];

/**
 * Starts a command as process 1, as root or where users may have namespaces of their own.
 * @throws when this machine can do neither
 */
export async function startAsProcess1(command: readonly string[], env: NodeJS.ProcessEnv): Promise<Process1> {
  const path = { PATH: process.env.PATH };
  const args = process.getuid?.() === 0 ? namespace : ['--map-root-user', ...namespace];
  const attempt = await runProgram('unshare', [...args, 'true'], { env: path, timeLimit: 10_000 });
  if (attempt.status !== 0) {
    throw new Error(`A process 1 needs Linux, and root or user namespaces: ${attempt.stderr}`);
  }
  const unshare = spawn('unshare', [...args, ...command], {
    env: { ...path, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [unshare.stdout, unshare.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(unshare, 'spawn');
  const ended = once(unshare, 'exit').then(([status]) => status as number | null);
  const findPid = async () => {
    const pid = String(unshare.pid);
    return (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim();
  };
  return {
    ended,
    hasEnded: () => unshare.exitCode !== null || unshare.signalCode !== null,
    output: () => output,
    findPid,
    async signal(signal) {
      process.kill(Number(await findPid()), signal);
    },
    async [Symbol.asyncDispose]() {
      unshare.kill('SIGKILL');
      await ended;
    },
  };
}
