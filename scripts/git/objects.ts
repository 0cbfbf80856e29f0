import type { Git } from './git.ts';

/** Reads many objects by one process, in the order of their names; every one must be there. */
export async function readObjects(git: Git, names: readonly string[]): Promise<Buffer[]> {
  if (names.length === 0) return [];
  const output = await git.readBytes(['cat-file', '--batch', '--buffer'], { input: `${names.join('\n')}\n` });
  const objects: Buffer[] = [];
  let position = 0;
  while (position < output.length) {
    const end = output.indexOf('\n', position);
    const [name = '', , size = ''] = output.toString('latin1', position, end).split(' ');
    if (!/^\d+$/.test(size)) throw new Error(`git cat-file has no object ${name}`);
    objects.push(output.subarray(end + 1, end + 1 + Number(size)));
    position = end + 1 + Number(size) + 1;
  }
  return objects;
}
