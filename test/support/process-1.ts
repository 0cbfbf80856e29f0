import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { runProgram } from '../../scripts/program.ts';

/** A program that is process 1 of a namespace of its own, as in a container. */
export interface Process1 extends AsyncDisposable {
  /** Its exit status. */
  ended: Promise<number | null>;
  signal: (signal: NodeJS.Signals) => Promise<void>;
}

const namespace = ['--fork', '--pid', '--mount-proc', '--kill-child'];

/**
 * Starts a Node program as process 1, as root or where users may have namespaces of their own.
 * @throws when this machine can do neither
 */
export async function startAsProcess1(program: string, env: NodeJS.ProcessEnv): Promise<Process1> {
  const path = { PATH: process.env.PATH };
  const args = process.getuid?.() === 0 ? namespace : ['--map-root-user', ...namespace];
  const attempt = await runProgram('unshare', [...args, 'true'], { env: path, timeLimit: 10_000 });
  if (attempt.status !== 0) {
    throw new Error(`A process 1 needs Linux, and root or user namespaces: ${attempt.stderr}`);
  }
  const unshare = spawn('unshare', [...args, process.execPath, program], {
    env: { ...env, ...path },
    stdio: 'ignore',
  });
  await once(unshare, 'spawn');
  const ended = once(unshare, 'exit').then(([status]) => status as number | null);
  return {
    ended,
    async signal(signal) {
      const pid = String(unshare.pid);
      const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
      process.kill(Number(children.trim()), signal);
    },
    async [Symbol.asyncDispose]() {
      unshare.kill('SIGKILL');
      await ended;
    },
  };
}
