import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from '../support/git/git.ts';
import { root } from '../support/kubernetes/render.ts';

/** A command that a README tells its reader to type, by its words. */
export interface Typed {
  readme: string;
  words: string[];
}

/** A script of npm as it is typed: what it is called, and what it gets. */
export interface TypedScript extends Typed {
  name: string;
  args: string[];
}

/** Reads the commands of every README: of the fences of shell, and of `npm …`, `npx …` and `node …` in the text. */
export async function readTyped(): Promise<Typed[]> {
  const readmes = (await git(root, ['ls-files', '--', '*.md'])).split('\n');
  const typed = readmes.map(async (readme) => {
    const text = await readFile(join(root, readme), 'utf8');
    return [...readFences(text), ...readSpans(text)].flatMap((line) =>
      splitLine(line).map((words) => ({ readme, words })),
    );
  });
  return (await Promise.all(typed)).flat();
}

/** The scripts of npm among the commands. */
export function findScripts(typed: readonly Typed[]): TypedScript[] {
  return typed.flatMap((command) => {
    const [npm, verb = '', ...rest] = command.words;
    if (npm !== 'npm' || /^(ci|install)$/.test(verb)) return [];
    const [name = '', ...given] = verb === 'run' ? rest.filter((word) => word !== '--silent') : [verb, ...rest];
    const args = given.filter((word) => word !== '--');
    return [{ ...command, name, args }];
  });
}

function readFences(text: string): string[] {
  const fences = [...text.matchAll(/^( *)```sh\n(.*?)^ *```$/gms)];
  return fences.flatMap(([, , lines = '']) => lines.replaceAll('\\\n', ' ').split('\n'));
}

function readSpans(text: string): string[] {
  return Array.from(text.matchAll(/`((?:[A-Z_]+=\S+ )*(?:npm|npx|node) [^`]+)`/g), ([, span = '']) => span);
}

/** The words of each command of a line, without its comment, and the variables that it sets first. */
function splitLine(line: string): string[][] {
  const commands = line.replace(/(^| )#.*/, '').split(/ (?:&&|\|\|?) /);
  return commands
    .map((command) => command.trim().replace(/^([A-Z_]+=\S+ )+/, ''))
    .filter((command) => command !== '')
    .map((command) =>
      Array.from(command.matchAll(/"([^"]*)"|'([^']*)'|\S+/g), ([word, double, single]) => double ?? single ?? word),
    );
}
