import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { readIdentity } from '../../scripts/adopt/identity.ts';
import { runProgram } from '../../scripts/process/program.ts';
import { git } from '../support/git/git.ts';
import { root } from '../support/kubernetes/render.ts';

// What an adopter makes of this repository by its READMEs: another name and version, an environment more, other values.
const identity = {
  name: 'payments',
  group: 'acme/backend',
  host: 'gitlab.acme.example',
  registry: '210987654321.dkr.ecr.eu-west-1.amazonaws.com',
  branch: 'trunk',
};
const { name } = identity;
const options = Object.entries(identity).flatMap(([part, value]) => [`--${part}`, value]);
const ours = await readIdentity(root);
const environment = 'preview';

let folder: string;

beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'adopted-')), name);
  await git('/', ['clone', '--quiet', `file://${root}`, folder]);
  await git(folder, ['config', 'user.name', 'Ada']);
  await git(folder, ['config', 'user.email', 'ada@example.com']);
  await git(folder, ['branch', '--move', identity.branch]);
  await run(['npm', 'ci', '--prefer-offline']);
}, 300_000);

afterAll(async () => {
  await rm(dirname(folder), { recursive: true });
});

test('adopt gives the copy its names, and changes nothing else', async () => {
  const said = await run(['npm', 'run', '--silent', 'adopt', '--', ...options]);
  expect(said).toContain(`git remote set-url origin https://gitlab.acme.example/acme/backend/payments.git`);
  const { name: oldName, host, registry, group } = ours;
  // The tests have addresses that nobody owns.
  for (const [word, ...paths] of [[oldName], [registry, ':!test'], [`${host}/${group}`, ':!test']]) {
    const found = await runProgram('git', ['grep', '-n', '-F', String(word), '--', '.', ...paths], {
      cwd: folder,
      env: process.env,
      timeLimit: 10_000,
    });
    expect(found.stdout.toString().slice(0, 1000)).toBe('');
  }
  // What is left when both names are taken out, and the columns of tables with them, is the same on both sides.
  const diff = await git(folder, ['diff', '--unified=0', '--no-prefix']);
  const lines = diff.split('\n').filter((line) => /^[-+](?![-+])/.test(line));
  expect(neutral(lines, '+')).toEqual(neutral(lines, '-'));
  expect(await readIdentity(folder)).toEqual(identity);
});

test('a checkout with changes is left alone, and what is adopted already is not changed again', async () => {
  await expect(run(['npm', 'run', 'adopt', '--', ...options])).rejects.toThrow('not committed');
  await commit('Adopt');
  expect(await run(['npm', 'run', '--silent', 'adopt', '--', ...options])).toContain('Nothing is to change');
  expect(await git(folder, ['status', '--porcelain'])).toBe('');
});

test('without a terminal, all that is missing is named', async () => {
  await expect(run(['npm', 'run', 'adopt', '--', '--name', name])).rejects.toThrow(
    /--group is missing.*\n--host is missing.*\n--registry is missing.*\n--branch is missing/,
  );
});

test('without the examples, nothing refers to them', async () => {
  const said = await run(['npm', 'run', '--silent', 'adopt', '--', '--without', 'examples']);
  expect(said).toContain('src/notes/notes.ts');
  await commit('Remove the examples');
  const left = await runProgram(
    'git',
    ['grep', '-n', '-i', '-E', '\\bnotes/|NotesModule|upstream\\b', '--', 'src', 'test/service'],
    {
      cwd: folder,
      env: process.env,
      timeLimit: 10_000,
    },
  );
  // Tests have servers that they call so.
  const lines = left.stdout
    .toString()
    .split('\n')
    .filter((line) => !/\bconst upstream\b|using upstream|upstream\.(host|readParent)/.test(line));
  expect(lines).toEqual(['']);
  expect(await git(folder, ['ls-files', 'src/notes', 'src/upstream'])).toBe('');
});

test('with another version, environment and values the copy passes every check and test', async () => {
  await run(['npm', 'run', 'environments', '--', 'add', environment, '--after', 'dev', '--cluster', 'eu-1']);
  await run(['npm', 'version', '--silent', '--no-git-tag-version', '4.2.0']);
  await edit('helm-chart/values.yaml', ['resources', 'limits', 'memory'], '512Mi');
  await edit('helm-chart/values.yaml', ['drainSeconds'], 12);
  await edit('environments/production/values.yaml', ['replicas'], 5);
  await run(['npm', 'run', 'docs']);
  await run(['npm', 'run', 'format']);
  await commit('Make it ours');

  const output = await run(['npm', 'test']);
  expect(output).toMatch(/^Tests: +\d+ passed, \d+ total$/m);
  expect(await run(['npm', 'run', 'rehearse'])).not.toContain('✗');
}, 900_000);

test('the copy takes a later version of this repository, without a conflict in what it did not touch', async () => {
  const upstream = join(dirname(folder), 'upstream');
  await git('/', ['clone', '--quiet', `file://${root}`, upstream]);
  await git(upstream, ['config', 'user.name', 'Grace']);
  await git(upstream, ['config', 'user.email', 'grace@example.com']);
  const paths = ['scripts/README.md', 'src/main.ts', 'helm-chart/values.yaml', 'environments/README.md'];
  const line = '# A line of a later version\n';
  for (const path of paths) await appendFile(join(upstream, path), line);
  await git(upstream, ['commit', '--quiet', '--all', '--message', 'A later version']);
  await git(folder, ['fetch', '--quiet', upstream, 'HEAD']);
  await git(folder, ['merge', '--quiet', '--no-edit', 'FETCH_HEAD']);
  for (const path of paths) expect(await readFile(join(folder, path), 'utf8')).toContain(line);
});

/** The lines of one side of a difference, without names and what a formatter adds for their lengths. */
function neutral(lines: readonly string[], side: string): string[] {
  const words = [ours, identity].flatMap(({ name, group, host, registry, branch }) => [
    registry,
    host,
    group,
    name,
    branch,
  ]);
  // ECR's account and region stand alone in the names of AWS.
  const numbers = ['123456789012', 'eu-central-1', '210987654321', 'eu-west-1'];
  return lines
    .filter((line) => line.startsWith(side))
    .map((line) => [...words, ...numbers].reduce((text, word) => text.replaceAll(word, ''), line.slice(1)))
    .map((line) => line.replaceAll(/[\s-]+/g, ''))
    .filter((line) => line !== '');
}

async function commit(message: string): Promise<void> {
  await git(folder, ['add', '--all']);
  await git(folder, ['commit', '--quiet', '--message', message]);
}

async function edit(path: string, keys: readonly string[], value: unknown): Promise<void> {
  await change(path, (document) => {
    document.setIn(keys, value);
  });
}

async function change(path: string, alter: (document: Document) => void): Promise<void> {
  const file = join(folder, path);
  const document = parseDocument(await readFile(file, 'utf8'));
  alter(document);
  await writeFile(file, document.toString());
}

/** Runs a command in the copy, as a shell of its own would. */
async function run([program = '', ...args]: readonly string[]): Promise<string> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('npm_')));
  const { status, stdout, stderr } = await runProgram(program, args, {
    cwd: folder,
    env,
    timeLimit: 600_000,
  });
  const output = `${stdout.toString()}${stderr}`;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${String(status)}:\n${output}`);
  return output;
}
