import { expect, test } from '@jest/globals';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { addInitCommand } from '../../scripts/gitops/init-command.ts';
import { addPublishingCommands } from '../../scripts/gitops/publishing-commands.ts';
import { addReadingCommands } from '../../scripts/gitops/reading-commands.ts';
import { addWritingCommands } from '../../scripts/gitops/writing-commands.ts';
import { runProgram } from '../../scripts/process/program.ts';
import { createCommandLine } from '../../scripts/shell/command-line.ts';
import { root } from '../support/kubernetes/render.ts';
import { findScripts, readTyped } from './typed.ts';
import type { TypedScript } from './typed.ts';

const manifestShape = z.object({ scripts: z.record(z.string(), z.string()) });
const { scripts } = manifestShape.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
const typed = await readTyped();
const typedScripts = findScripts(typed);
const asTyped = ({ words, readme }: TypedScript) => `${words.join(' ')} (${readme})`;

test('each script of npm that a README names is there', () => {
  expect(typedScripts.length).toBeGreaterThan(0);
  expect(typedScripts.filter(({ name }) => !Object.hasOwn(scripts, name)).map(asTyped)).toEqual([]);
});

test('each file and folder of this repository that is typed is there', async () => {
  const places = /^(?:\.githooks|environments|helm-chart|scripts|src|test)(?:\/[^*]*|$)/;
  const paths = typed.flatMap(({ words }) => words.map((word) => places.exec(word)?.[0] ?? '')).filter(Boolean);
  expect(paths.length).toBeGreaterThan(0);
  await Promise.all(paths.map((path) => access(join(root, path))));
});

test("no TypeScript is typed for the machine's own Node, which may not know how to run it", () => {
  const run = typed.filter(({ words: [program, file = ''] }) => program === 'node' && file.endsWith('.ts'));
  expect(run).toEqual([]);
});

test('gitops takes each of its commands as it is typed, with what it requires', () => {
  const commands = typedScripts.map((script) => ({ script, words: wordsOfGitops(script) }));
  const own = commands.filter(({ words }) => words.length > 0);
  expect(own.length).toBeGreaterThan(0);
  expect(own.flatMap(({ script, words }) => findFaults(words).map((fault) => [asTyped(script), fault]))).toEqual([]);
});

test('the table of scripts/README.md has each command of gitops, with the options that it has alone', async () => {
  const text = await readFile(join(root, 'scripts/README.md'), 'utf8');
  const [, section = ''] = text.split('\n## gitops\n');
  const rows = [...(section.split('\n##')[0] ?? '').matchAll(/^\| `([a-z]+)[ `].*$/gm)];
  const told = rows.map(([row, name = '']) => [name, [...new Set(row.match(/--[a-z-]+/g))].sort()]);
  const common = new Set(['--repo', '--remote', '--branch', '--json', '--deadline', '--dry-run']);
  const has = createGitops().commands.map((command) => {
    const options = command.options.map(({ long }) => long ?? '').filter((long) => !common.has(long));
    return [command.name(), options.sort()];
  });
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(has));
});

test('each other entry knows what it is typed with', async () => {
  const others = typedScripts.filter(
    ({ name, args }) => args.length > 0 && /^node scripts\/(?!start\.js gitops)/.test(scripts[name] ?? ''),
  );
  expect(others.length).toBeGreaterThan(0);
  const faults = others.map(async (script) => {
    const [, ...entry] = (scripts[script.name] ?? '').split(' ');
    const options = script.args.filter((word) => word.startsWith('--'));
    // What follows an option is its value.
    const operands = script.args.slice(
      0,
      [...script.args, '--'].findIndex((word) => word.startsWith('--')),
    );
    const { stdout } = await runProgram(process.execPath, [...entry, ...operands, '--help'], {
      cwd: root,
      env: { PATH: process.env.PATH },
      timeLimit: 20_000,
    });
    const unknown = [...operands, ...options].filter((word) => !stdout.includes(word));
    return unknown.map((word) => `${word} of ${asTyped(script)}`);
  });
  expect((await Promise.all(faults)).flat()).toEqual([]);
});

/** The words that the program `gitops` gets from a script; none where it is another program's, or left open. */
function wordsOfGitops({ name, args }: TypedScript): string[] {
  const own = /^node scripts\/start\.js gitops ?(.*)$/.exec(scripts[name] ?? '')?.[1];
  const words = own === undefined ? [] : [...own.split(' ').filter(Boolean), ...args];
  return words[0]?.startsWith('<') ? [] : words;
}

/** What the program would refuse of these words; of a command that is only named, nothing is required. */
function findFaults([name = '', ...words]: readonly string[], group = createGitops()): string[] {
  const command = group.commands.find((known) => known.name() === name);
  if (!command) return [`unknown command: ${name}`];
  if (command.commands.length > 0) return findFaults(words, command);
  if (words.includes('--help')) return [];
  const { operands, unknown } = command.parseOptions(words);
  const given = new Set(Object.keys(command.opts()));
  const missing = command.options.filter((option) => option.mandatory && !given.has(option.attributeName()));
  const least = command.registeredArguments.filter(({ required }) => required).length;
  const isWhole = operands.length >= least && operands.length <= command.registeredArguments.length;
  return [
    ...unknown.map((word) => `unknown: ${word}`),
    ...(words.length > 0 && !isWhole ? [`${operands.length} arguments`] : []),
    ...(words.length > 0 ? missing.map(({ long }) => `missing: ${String(long)}`) : []),
  ];
}

function createGitops(): Command {
  const program = createCommandLine('gitops');
  const session = { signal: new AbortController().signal, environments: [], print: () => undefined };
  addWritingCommands(program, session);
  addReadingCommands(program, session);
  addPublishingCommands(program, session);
  addInitCommand(program, session);
  return program;
}
