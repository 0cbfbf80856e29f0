import type { Commit, FileChanges } from '../release/changes.ts';
import { parseDelivery } from '../release/delivery.ts';
import { readObjects } from './objects.ts';
import type { Scratch } from './scratch.ts';

interface Step {
  sha: string;
  merged: string | undefined;
  blobs: Map<string, string | undefined>;
}

/**
 * Reads how files came to be what they are at a commit, newest first, along the first parents: by one `git log` and
 * one `git cat-file`. A folder's path stands for all below it.
 */
export async function readFileHistory(
  scratch: Scratch,
  commit: string,
  paths: readonly string[],
): Promise<FileChanges[]> {
  const args = ['--first-parent', '--diff-merges=first-parent', '--raw', '--no-abbrev', '--no-renames'];
  const log = await scratch.git.read(['log', ...args, '--format=%H %P', commit, '--', ...paths]);
  const steps = parseLog(log);
  const blobs = [
    ...new Set(steps.flatMap((step) => [...step.blobs.values()].filter((blob) => blob !== undefined))),
  ];
  await scratch.fetchObjects(blobs);
  const commits = [
    ...new Set(steps.flatMap(({ sha, merged }) => (merged === undefined ? [sha] : [sha, merged]))),
  ];
  const names = [...blobs, ...commits];
  const contents = await readObjects(scratch.git, names);
  const objects = new Map(names.map((name, index) => [name, contents[index] ?? Buffer.alloc(0)]));
  return steps.map(({ sha, merged, blobs }) => ({
    commit: parseCommit(
      sha,
      requireObject(objects, sha),
      merged === undefined ? undefined : requireObject(objects, merged),
    ),
    files: new Map(
      [...blobs].map(([path, blob]) => [path, blob === undefined ? undefined : objects.get(blob)]),
    ),
  }));
}

function parseLog(log: string): Step[] {
  const steps: Step[] = [];
  for (const line of log.split('\n').filter(Boolean)) {
    if (!line.startsWith(':')) {
      const [sha = '', , merged] = line.split(' ');
      steps.push({ sha, merged, blobs: new Map() });
      continue;
    }
    const [attributes = '', path = ''] = line.split('\t');
    const [, mode = '', , blob = ''] = attributes.split(' ');
    steps.at(-1)?.blobs.set(path, mode.startsWith('100') ? blob : undefined);
  }
  return steps;
}

function parseCommit(sha: string, object: Buffer, merged: Buffer | undefined): Commit {
  const { headers, message } = splitCommit(object);
  const [, author = ''] = /^author (.*) \d+ \S+$/m.exec(headers) ?? [];
  const [, seconds] = /^committer .* (\d+) \S+$/m.exec(headers) ?? [];
  const brought = merged && splitCommit(merged).message;
  const isDelivery = brought !== undefined && parseDelivery(brought) !== undefined;
  return { sha, author, time: new Date(Number(seconds) * 1000), message: isDelivery ? brought : message };
}

function splitCommit(object: Buffer): { headers: string; message: string } {
  const text = object.toString();
  const end = text.indexOf('\n\n');
  return end < 0
    ? { headers: text, message: '' }
    : { headers: text.slice(0, end), message: text.slice(end + 2) };
}

function requireObject(objects: ReadonlyMap<string, Buffer>, name: string): Buffer {
  const object = objects.get(name);
  if (!object) throw new Error(`git cat-file gave no ${name}`);
  return object;
}
