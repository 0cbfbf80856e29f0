import type { Relation } from '../../../scripts/git/ancestry.ts';
import type { FileChanges } from '../../../scripts/git/file-history.ts';
import type { Image } from '../../../scripts/release/image.ts';
import type { Files } from './origin.ts';

/** Who made a commit, and how. */
interface Manner {
  message?: string;
  committer?: string;
  merged?: FileChanges['commit']['merged'];
  /** The paths that are no regular files. */
  irregular?: readonly string[];
}

/** A commit by Ada on a morning in autumn, as the history tells it; the time, as in `10:00`, names it. */
export function change(
  time: string,
  files: Files,
  { message = 'Edit', committer = 'Ada', merged, irregular = [] }: Manner = {},
): FileChanges {
  const moment = new Date(`2026-09-22T${time}:00Z`);
  const commit = {
    sha: time,
    author: 'Ada',
    committer,
    time: moment,
    seen: moment,
    message,
    merged,
    doubt: undefined,
  };
  const entries = Object.entries(files).map(([path, content]) => {
    return [path, content === undefined ? undefined : Buffer.from(content)] as const;
  });
  return { commit, files: new Map(entries), irregular: new Set(irregular) };
}

/** How releases stand to one another that were made in the order of their tags' first digits, on one branch. */
export function relate({ tag: to }: Image, from: Image | undefined): Relation | undefined {
  if (!from) return undefined;
  const [left, right] = [to.slice(0, 7), from.tag.slice(0, 7)];
  if (left === right) return 'same';
  return left > right ? 'newer' : 'older';
}
