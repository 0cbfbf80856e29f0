import { cp, mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runProgram } from '../../scripts/process/program.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';

let sandbox: Sandbox;
let checkout: string;
let commands: string[];

beforeAll(async () => {
  sandbox = await createSandbox();
  checkout = await sandbox.clone();
  const { stdout } = await sandbox.gitops(checkout, ['--help']);
  commands = [...stdout.matchAll(/^ {2}([a-z]+) .*\[options\]/gm)].map(([, name = '']) => name);
});

afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

test('the help of each command says what a person types, and how it ends', async () => {
  expect(commands.length).toBeGreaterThan(8);
  const helps = await Promise.all(commands.map((name) => sandbox.gitops(checkout, [name, '--help'])));
  for (const [index, { status, stdout, stderr }] of helps.entries()) {
    const typed = `npm run ${commands[index] ?? ''}`;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: ${typed} -- \\[options\\]`));
    expect(stdout).toMatch(new RegExp(`\n\nExamples:\n  ${typed}.*\n  ${typed}.*\n\n`));
    expect(stdout).toContain('\n  3  refused by a rule');
    expect(stdout).toContain('Without -- npm takes the options for itself.');
    expect(stdout).not.toMatch(/default: (\d{4}|false)/);
    const words = stdout.includes('<environment>\n') ? 'environment  .*one of: dev, staging, production' : '';
    expect(stdout.replaceAll(/ +/g, '  ')).toMatch(new RegExp(words.replaceAll(' ', ' +')));
  }
});

test('without a command the others are listed, and in a repository what runs where', async () => {
  const { status, stdout } = await sandbox.gitops(checkout, []);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^Usage: npm run gitops -- .*\n {2}promote .*\nENVIRONMENT .*\ndev .*\n/s);
  const outside = await sandbox.gitops(sandbox.folder, []);
  expect(outside).toEqual({ status: 0, stdout: expect.not.stringContaining('ENVIRONMENT'), stderr: '' });
  expect(outside.stdout).toContain('\n  promote ');
});

test('--version is the one of the package', async () => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  expect(await sandbox.gitops(checkout, ['--version'])).toEqual({
    status: 0,
    stdout: `${version}\n`,
    stderr: '',
  });
});

test.each([
  [['gitops', 'pro'], ['promote']],
  [['gitops', 'promote', 'st'], ['staging']],
  [
    ['gitops', 'rollback', 'dev', '--r'],
    ['--repo', '--remote', '--reason'],
  ],
  [['gitops', 'status', 'dev'], []],
])('bash completes %j', async (words, candidates) => {
  const { stdout: script } = await sandbox.gitops(checkout, ['completion']);
  const line = `${script}
COMP_WORDS=(${words.join(' ')}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_gitops; echo "\${COMPREPLY[@]}"; gitops --version`;
  const { stdout, stderr } = await runProgram('bash', ['--norc', '-uc', line], {
    env: sandbox.env,
    timeLimit: 20_000,
  });
  expect({ stdout: stdout.toString().split('\n')[0], stderr }).toEqual({
    stdout: candidates.join(' '),
    stderr: '',
  });
  expect(stdout.toString()).toMatch(/\n\d+\.\d+\.\d+\n$/);
});

test.each([
  ['no package', ''],
  ['an old Node', '--no-strip-types'],
])('with %s, before npm ci, a command says so', async (_, options) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'no-packages-'));
  await cp('package.json', join(folder.path, 'package.json'));
  await cp('scripts', join(folder.path, 'scripts'), { recursive: true });
  const env = {
    ...sandbox.env,
    NODE_OPTIONS: options,
    PATH: `${dirname(process.execPath)}:${sandbox.env.PATH ?? ''}`,
  };
  const { status, stderr } = await runProgram('npm', ['run', '--silent', 'status'], {
    cwd: folder.path,
    env,
    timeLimit: 20_000,
  });
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: expect.stringMatching(
      /^The packages of this project are not installed: .*\nInstall them by npm 11.6.2 or newer: npm ci\n$/,
    ),
  });
});
