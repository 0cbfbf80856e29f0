import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { runProgram } from '../../scripts/process/program.ts';
import { git } from '../support/git/git.ts';
import { root } from '../support/kubernetes/render.ts';

// What an adopter makes of this repository by its READMEs: another name and version, an environment more, other values.
const name = 'payments';
const named = [
  'package.json',
  'package-lock.json',
  'helm-chart/values.yaml',
  'environments/argocd',
  'Dockerfile',
];
const { name: ours } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { name: string };
const environment = 'preview';

let folder: string;

beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'adopted-')), name);
  await git('/', ['clone', '--quiet', `file://${root}`, folder]);
});

afterAll(async () => {
  await rm(dirname(folder), { recursive: true });
});

test('a copy with another name, version, environment and values passes every check and test', async () => {
  for (const path of named) await rename(path);
  await run(['npm', 'version', '--silent', '--no-git-tag-version', '4.2.0']);
  await addEnvironment();
  await edit('helm-chart/values.yaml', ['resources', 'limits', 'memory'], '512Mi');
  await edit('helm-chart/values.yaml', ['drainSeconds'], 12);
  await edit('environments/production/values.yaml', ['replicas'], 5);
  await run(['npm', 'ci', '--prefer-offline']);
  await run(['npm', 'run', 'docs']);
  await run(['npm', 'run', 'format']);
  await git(folder, ['add', '--all']);
  await git(folder, [
    '-c',
    'user.name=Ada',
    '-c',
    'user.email=ada@example.com',
    'commit',
    '--quiet',
    '-mAdopt',
  ]);

  const output = await run(['npm', 'test']);
  expect(output).toMatch(/^Tests: +\d+ passed, \d+ total$/m);
}, 900_000);

/** Gives a file, or all of a folder, the new name. */
async function rename(path: string): Promise<void> {
  const files = await git(folder, ['ls-files', '--', path]);
  for (const file of files.split('\n').map((file) => join(folder, file))) {
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll(ours, name));
  }
}

/** Adds an environment beside the last one, in the steps of `environments/README.md`. */
async function addEnvironment(): Promise<void> {
  const values = `environment: ${environment}\n\nimage:\n  tag: ""\n  digest: ""\n  revision: ""\n`;
  await mkdir(join(folder, 'environments', environment));
  await writeFile(join(folder, `environments/${environment}/values.yaml`), values);
  await change('environments/flow.yaml', (document) => {
    document.addIn(['environments'], { name: environment, from: 'dev' });
  });
  await change('environments/argocd/projects.yaml', (document) => {
    const { items } = document.toJS() as { items: [unknown] };
    const project = JSON.stringify(items[0]).replaceAll(`${name}-dev`, `${name}-${environment}`);
    document.addIn(['items'], JSON.parse(project));
  });
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
