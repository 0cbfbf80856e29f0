import type { Followed } from './follow.ts';
import { readObjects } from './objects.ts';
import type { Scratch } from './scratch.ts';

/**
 * The commits without those that change a folder of the top level and nothing outside it, in their order. Each is compared
 * with what the branch was before it. The root trees alone are read, and fetched where the history came without them.
 */
export async function keepOutside(
  { git, fetchObjects }: Pick<Scratch, 'git' | 'fetchObjects'>,
  commits: readonly Followed[],
  folder: string,
): Promise<Followed[]> {
  const treeOf = await readTrees(git, new Set(commits.flatMap(({ sha, before = sha }) => [sha, before])));
  const trees = [...new Set(treeOf.values())];
  await fetchObjects?.(trees, 'alone');
  const contents = await readObjects(git, trees);
  const restOf = new Map(
    trees.map((tree, index) => [tree, without(contents[index] ?? Buffer.alloc(0), folder, tree)]),
  );
  return commits.filter(({ sha, before = sha }) => {
    const [tree = '', earlier = ''] = [treeOf.get(sha), treeOf.get(before)];
    return tree === earlier || restOf.get(tree) !== restOf.get(earlier);
  });
}

async function readTrees(git: Scratch['git'], commits: ReadonlySet<string>): Promise<Map<string, string>> {
  if (commits.size === 0) return new Map();
  const args = ['log', '--no-walk=unsorted', '--format=%H %T', '--stdin'];
  const text = await git.read(args, { input: `${[...commits].join('\n')}\n` });
  return new Map(
    text.split('\n').map((line) => {
      const [sha = '', tree = ''] = line.split(' ');
      return [sha, tree];
    }),
  );
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
