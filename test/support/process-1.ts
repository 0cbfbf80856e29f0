import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';

/** A program that is process 1 of a namespace of its own, as in a container. */
export interface Process1 extends AsyncDisposable {
  /** Its exit status. */
  ended: Promise<number | null>;
  signal: (signal: NodeJS.Signals) => Promise<void>;
}

/** Starts a Node program as process 1; this needs Linux, util-linux and root. */
export async function startAsProcess1(program: string, env: NodeJS.ProcessEnv): Promise<Process1> {
  const args = ['--fork', '--pid', '--mount-proc', '--kill-child', process.execPath, program];
  const unshare = spawn('unshare', args, { env: { ...env, PATH: process.env.PATH }, stdio: 'ignore' });
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
