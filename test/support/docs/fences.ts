import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The lines to type that a section of a README has, one list for each of its fences of shell. */
export async function readFences(root: string, readme: string, heading: string): Promise<string[][]> {
  const text = await readFile(join(root, readme), 'utf8');
  const [, section = ''] = text.split(`\n## ${heading}\n`);
  const fences = section.split('\n## ')[0]?.matchAll(/^```sh\n(.*?)^```$/gms) ?? [];
  return Array.from(fences, ([, lines = '']) => lines.trimEnd().split('\n'));
}
