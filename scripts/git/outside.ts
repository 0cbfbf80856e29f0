import type { CommitLine } from './commit-line.ts';
import { readObjects } from './objects.ts';
import type { Scratch } from './scratch.ts';

/**
 * The commits without those that change a folder of the top level and nothing outside it, in their order. A merge is
 * compared with its first parent. The root trees alone are read, and fetched where the history came without them.
 */
export async function keepOutside(
  { git, fetchObjects }: Pick<Scratch, 'git' | 'fetchObjects'>,
  commits: readonly CommitLine[],
  folder: string,
): Promise<CommitLine[]> {
  const lines = await readLines(
    git,
    commits.map(({ sha }) => sha),
  );
  const parents = await readLines(
    git,
    lines.map(({ parent }) => parent).filter((parent) => parent !== undefined),
  );
  const treeOf = new Map([...parents, ...lines].map(({ sha, tree }) => [sha, tree]));
  const trees = [...new Set(treeOf.values())];
  await fetchObjects(trees, 'alone');
  const contents = await readObjects(git, trees);
  const restOf = new Map(
    trees.map((tree, index) => [tree, without(contents[index] ?? Buffer.alloc(0), folder, tree)]),
  );
  const kept = new Set(
    lines
      .filter(({ tree, parent }) => {
        const before = treeOf.get(parent ?? '');
        return before === tree || before === undefined || restOf.get(tree) !== restOf.get(before);
      })
      .map(({ sha }) => sha),
  );
  return commits.filter(({ sha }) => kept.has(sha));
}

interface Line {
  sha: string;
  tree: string;
  parent: string | undefined;
}

async function readLines(git: Scratch['git'], commits: readonly string[]): Promise<Line[]> {
  if (commits.length === 0) return [];
  const args = ['log', '--no-walk=unsorted', '--format=%H %T %P', '--stdin'];
  const text = await git.read(args, { input: `${commits.join('\n')}\n` });
  return text.split('\n').map((line) => {
    const [sha = '', tree = '', parent] = line.split(' ');
    return { sha, tree, parent: parent === '' ? undefined : parent };
  });
}

/** The entries of a tree object but the one of a name, as text that is the same for the same entries. */
function without(content: Buffer, name: string, tree: string): string {
  const idLength = tree.length / 2;
  const entries: string[] = [];
  for (let start = 0; start < content.length;) {
    const end = content.indexOf(0, start);
    const next = end + 1 + idLength;
    const isNamed = content.toString('utf8', content.indexOf(' ', start) + 1, end) === name;
    if (!isNamed) entries.push(content.toString('latin1', start, next));
    start = next;
  }
  return entries.join('');
}
