import { randomUUID } from 'node:crypto';
import type { Identity } from './checkout.ts';
import type { Git } from './git.ts';

/** A file of a commit. */
export interface CommitFile {
  path: string;
  mode: string;
  bytes: Uint8Array;
}

/** What a commit changes of its parent, and says. */
export interface Change {
  message: string;
  /** When it was decided: the commit's time, which the rules are replayed by. */
  time: Date;
  files: readonly CommitFile[];
  /** The paths of files that go. */
  removals?: readonly string[];
}

/** Writes a commit on a parent without a work tree or an index, and gives its SHA. */
export async function writeCommit(
  git: Git,
  parent: string,
  { message, time, files, removals = [] }: Change,
  { author, committer }: Identity,
): Promise<string> {
  const moment = `${Math.floor(time.getTime() / 1000)} +0000`;
  const input = Buffer.concat([
    // A ref of its own for each, since a commit on another tip may not replace the one before.
    Buffer.from(
      `commit refs/deliveries/${randomUUID()}\nmark :1\nauthor ${author} ${moment}\ncommitter ${committer} ${moment}\n`,
    ),
    data(Buffer.from(message)),
    Buffer.from(`from ${parent}\n`),
    ...files.flatMap(({ path, mode, bytes }) => [Buffer.from(`M ${mode} inline ${path}\n`), data(bytes)]),
    ...removals.map((path) => Buffer.from(`D ${path}\n`)),
    Buffer.from('get-mark :1\ndone\n'),
  ]);
  return git.read(['fast-import', '--quiet', '--done'], { input });
}

function data(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')]);
}
