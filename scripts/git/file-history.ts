import { readObjects } from './objects.ts';
import type { Scratch } from './scratch.ts';

/** A commit as a person made it. */
export interface Commit {
  sha: string;
  /** `Name <address>`. */
  author: string;
  /** When it came to be as it is: the committer's time. */
  time: Date;
  message: string;
  /** The message of the commit that it merged, where it is a merge. */
  merged: string | undefined;
}

/** What a commit made of files: their bytes, or undefined where they went. */
export interface FileChanges {
  commit: Commit;
  files: ReadonlyMap<string, Buffer | undefined>;
}

interface Step {
  commit: Omit<Commit, 'merged'>;
  /** The tip of the branch that a merge brought. */
  merged: string | undefined;
  /** The blob of each file that the commit changed; undefined where the file went. */
  blobs: Map<string, string | undefined>;
}

// Each field ends at a NUL, which no message can hold; what follows the last one are the changes of files.
const fields = ['%H', '%P', '%an <%ae>', '%ct', '%B'];
const format = `--format=${fields.map((field) => `%x00${field}`).join('')}%x00`;
const shape = [
  '--first-parent',
  '--diff-merges=first-parent',
  '--raw',
  '--no-abbrev',
  '--no-renames',
  format,
];

/**
 * Reads how files came to be what they are at a commit, newest first, along the first parents: by one `git log` and
 * one `git cat-file`. A folder's path stands for all below it.
 */
export async function readFileHistory(
  scratch: Pick<Scratch, 'git' | 'fetchObjects'>,
  commit: string,
  paths: readonly string[],
): Promise<FileChanges[]> {
  const steps = parseLog(await scratch.git.read(['log', ...shape, commit, '--', ...paths]));
  const blobs = unique(steps.flatMap((step) => [...step.blobs.values()]));
  await scratch.fetchObjects(blobs);
  const names = unique([...blobs, ...steps.map(({ merged }) => merged)]);
  const contents = await readObjects(scratch.git, names);
  const objects = new Map(names.map((name, index) => [name, contents[index]]));
  const objectOf = (name: string | undefined) => (name === undefined ? undefined : objects.get(name));
  return steps.map(({ commit, merged, blobs }) => ({
    commit: { ...commit, merged: messageOf(objectOf(merged)) },
    files: new Map([...blobs].map(([path, blob]) => [path, objectOf(blob)])),
  }));
}

function parseLog(log: string): Step[] {
  const parts = log.split('\0').slice(1);
  const steps: Step[] = [];
  for (let start = 0; start < parts.length; start += fields.length + 1) {
    const [sha = '', parents = '', author = '', seconds, message = '', raw = ''] = parts.slice(
      start,
      start + fields.length + 1,
    );
    const commit = { sha, author, time: new Date(Number(seconds) * 1000), message };
    steps.push({ commit, merged: parents.split(' ')[1], blobs: parseRaw(raw) });
  }
  return steps;
}

function parseRaw(raw: string): Step['blobs'] {
  const blobs: Step['blobs'] = new Map();
  for (const line of raw.split('\n').filter(Boolean)) {
    const [attributes = '', path = ''] = line.split('\t');
    const [, mode = '', , blob] = attributes.split(' ');
    blobs.set(path, mode.startsWith('100') ? blob : undefined);
  }
  return blobs;
}

/** The message of a commit, which follows its headers. */
function messageOf(commit: Buffer | undefined): string | undefined {
  const text = commit?.toString();
  return text?.slice(text.indexOf('\n\n') + 2);
}

function unique(names: readonly (string | undefined)[]): string[] {
  return [...new Set(names)].filter((name) => name !== undefined);
}
