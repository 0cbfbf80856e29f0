import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { findPort } from '../../scripts/service.ts';
import type { UnpackedImage } from './unpacked.ts';

/** The command of an image, running as a container runtime would run it. */
export interface ProcessOne extends AsyncDisposable {
  status: (path: string) => Promise<number>;
  ask: (path: string) => Promise<unknown>;
  /** What the kernel says of the process: its number where it lives, its user, and its root. */
  inspect: () => Promise<{ pid: string | undefined; uid: string | undefined; root: string | undefined }>;
  /** Sends SIGTERM, and gives the exit status. */
  stop: () => Promise<number | null>;
}

// A runtime gives a container its /dev and /proc, and makes the rest read-only.
const script = `set -e
root=$1 folder=$2 user=$3; shift 3
mkdir -p "$root/dev" "$root/proc"
mount --bind "$root" "$root"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -o remount,bind,ro "$root"
exec unshare --root "$root" --wd "$folder" --setgid "\${user#*:}" --setuid "\${user%:*}" -- "$@"`;

/** Starts the image's command as process 1 of a namespace of its own, and waits until it answers. */
export async function startProcessOne(image: UnpackedImage, env: NodeJS.ProcessEnv): Promise<ProcessOne> {
  const port = String(await findPort());
  const child = spawn(
    'unshare',
    ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script, 'sh']
      .concat(image.root, image.workingDirectory, image.user)
      .concat(image.command),
    { env: { PATH: process.env.PATH, ...image.env, PORT: port, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => void lines.push(String(chunk)));
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const address = (path: string) => `http://127.0.0.1:${port}${path}`;
  const status = async (path: string) => (await fetch(address(path))).status;
  while ((await status('/health/ready').catch(() => 0)) !== 200) {
    if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}: ${lines.join('')}`);
    await setTimeout(50);
  }
  const readPid = async () =>
    (await readFile(`/proc/${String(child.pid)}/task/${String(child.pid)}/children`, 'utf8')).trim();
  return {
    status,
    ask: async (path) => (await fetch(address(path))).json(),
    async inspect() {
      const pid = await readPid();
      const kernel = await readFile(`/proc/${pid}/status`, 'utf8');
      const mounts = await readFile(`/proc/${pid}/mountinfo`, 'utf8');
      return {
        pid: /^NSpid:.*\s(\d+)$/m.exec(kernel)?.[1],
        uid: /^Uid:\t(\d+)/m.exec(kernel)?.[1],
        root: /^\S+ \S+ \S+ \S+ \/ (r[ow])/m.exec(mounts)?.[1],
      };
    },
    async stop() {
      process.kill(Number(await readPid()), 'SIGTERM');
      const [exitStatus] = await ended;
      return exitStatus;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await ended;
    },
  };
}
