import { copyFile, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runProgram } from '../../scripts/process/program.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';
import { runs } from '../support/git/runs.ts';

let sandbox: Sandbox;
let checkout: string;
let tag: string;

beforeAll(async () => {
  sandbox = await createSandbox();
  tag = (await sandbox.origin.commit('Add the version endpoint')).slice(0, 8);
  await sandbox.origin.commit('By hand', runs({ dev: tag }));
  checkout = await sandbox.clone();
  await copyFile('package.json', join(checkout, 'package.json'));
  for (const folder of ['scripts', 'node_modules']) await symlink(resolve(folder), join(checkout, folder));
});

afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

test.each([
  ['promote staging --dry-run', '--dry-run', 'promote -- staging --dry-run'],
  ['gitops promote staging --dry-run', '--dry-run', 'promote -- staging --dry-run'],
  ['hold staging --reason=down', '--reason', 'hold -- staging --reason down'],
  ['hold staging --reason "it is down"', '--reason', "hold -- staging --reason 'it is down'"],
  [
    `rollback dev --to=3f9c1b2a --reason="it's down"`,
    '--to and --reason',
    `rollback -- dev --to 3f9c1b2a --reason 'it'\\''s down'`,
  ],
  ['promote staging --dry-run -- --deadline 9s', '--dry-run', 'promote -- staging --deadline 9s --dry-run'],
  ['status --json', '--json', 'status -- --json'],
])('npm run %s: npm takes %s, so nothing is done', async (typed, names, meant) => {
  const refs = await sandbox.origin.refs();
  const { status, stderr } = await npm(`npm run --silent ${typed}`);
  expect({ status, stderr: stderr.replaceAll(/^npm warn .*\n/gm, '') }).toEqual({
    status: 2,
    stderr: `npm took ${names} for itself: nothing was done.\nWrite -- before the options: npm run ${meant}\n`,
  });
  expect(await sandbox.origin.refs()).toBe(refs);
});

test('what stands after the -- is no matter of npm', async () => {
  const { status, stdout } = await npm('npm run --silent promote -- staging --dry-run --json');
  const { outcome, to } = JSON.parse(stdout) as { outcome: string; to: { tag: string } };
  expect({ status, outcome, tag: to.tag }).toEqual({ status: 0, outcome: 'changed', tag });
});

async function npm(line: string) {
  const options = { cwd: checkout, env: sandbox.env, timeLimit: 20_000 };
  const { status, stdout, stderr } = await runProgram('sh', ['-c', line], options);
  return { status, stdout: stdout.toString(), stderr };
}
