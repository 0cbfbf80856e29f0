import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { findPort } from '../support/process/service.ts';
import { startAsProcess1 } from '../support/service/process-1.ts';
import type { UnpackedImage } from './unpacked.ts';

/** The command of an image, running as a container runtime would run it. */
export interface RunningImage extends AsyncDisposable {
  status: (path: string) => Promise<number>;
  ask: (path: string) => Promise<unknown>;
  /** What the kernel says of the process: its number where it lives, its user, and its root. */
  inspect: () => Promise<{ pid: string | undefined; uid: string | undefined; root: string | undefined }>;
  /** What it has written until now. */
  output: () => string;
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
export async function runImage(image: UnpackedImage, env: NodeJS.ProcessEnv): Promise<RunningImage> {
  const port = String(await findPort());
  const { root, workingDirectory, user, command } = image;
  const process1 = await startAsProcess1(['sh', '-c', script, 'sh', root, workingDirectory, user, ...command], {
    ...image.env,
    PORT: port,
    ...env,
  });
  const address = (path: string) => `http://127.0.0.1:${port}${path}`;
  const status = async (path: string) => (await fetch(address(path))).status;
  while ((await status('/health/ready').catch(() => 0)) !== 200) {
    if (process1.hasEnded()) throw new Error(`The image's command ended: ${process1.output()}`);
    await setTimeout(50);
  }
  return {
    status,
    output: process1.output,
    ask: async (path) => (await fetch(address(path))).json(),
    async inspect() {
      const pid = await process1.findPid();
      const kernel = await readFile(`/proc/${pid}/status`, 'utf8');
      const mounts = await readFile(`/proc/${pid}/mountinfo`, 'utf8');
      return {
        pid: /^NSpid:.*\s(\d+)$/m.exec(kernel)?.[1],
        uid: /^Uid:\t(\d+)/m.exec(kernel)?.[1],
        root: /^\S+ \S+ \S+ \S+ \/ (r[ow])/m.exec(mounts)?.[1],
      };
    },
    async stop() {
      await process1.signal('SIGTERM');
      return process1.ended;
    },
    [Symbol.asyncDispose]: () => process1[Symbol.asyncDispose](),
  };
}
