import type { Git } from './git.ts';

/** Reads many objects by one process, by their names; every one must be there. */
export async function readObjects(git: Git, names: Iterable<string>): Promise<Map<string, Buffer>> {
  const objects = new Map<string, Buffer>();
  const input = Array.from(new Set(names), (name) => `${name}\n`).join('');
  if (input === '') return objects;
  const output = await git.readBytes(['cat-file', '--batch', '--buffer'], { input });
  let position = 0;
  while (position < output.length) {
    const end = output.indexOf('\n', position);
    const [name = '', , size = ''] = output.toString('latin1', position, end).split(' ');
    if (!/^\d+$/.test(size)) throw new Error(`git cat-file has no object ${name}`);
    objects.set(name, output.subarray(end + 1, end + 1 + Number(size)));
    position = end + 1 + Number(size) + 1;
  }
  return objects;
}
