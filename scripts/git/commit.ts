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
  files: readonly CommitFile[];
}

/** Writes a commit on a parent without a work tree or an index, and gives its SHA. */
export async function writeCommit(
  git: Git,
  parent: string,
  { message, files }: Change,
  { author, committer }: Identity,
): Promise<string> {
  const input = Buffer.concat([
    Buffer.from(`commit refs/deliveries/next\nmark :1\nauthor ${author}\ncommitter ${committer}\n`),
    data(Buffer.from(message)),
    Buffer.from(`from ${parent}\n`),
    ...files.flatMap(({ path, mode, bytes }) => [Buffer.from(`M ${mode} inline ${path}\n`), data(bytes)]),
    Buffer.from('get-mark :1\ndone\n'),
  ]);
  // By force, since the ref still names the commit of an attempt that failed.
  return git.read(['fast-import', '--quiet', '--done', '--force'], { input });
}

function data(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')]);
}
