import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { advance } from '../../scripts/deliver/advance.ts';
import { createOperator } from '../support/command/operator.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';
import { flow } from '../support/git/flow.ts';
import { digestOf, holds, runs } from '../support/git/runs.ts';

const auto = flow({ staging: { auto: true }, production: { auto: true, soak: '1h' } });
const now = new Date('2026-09-22T10:00:00Z');

let sandbox: Sandbox;
let checkout: string;
let tag: string;

beforeAll(async () => {
  sandbox = await createSandbox();
  tag = (await sandbox.origin.commit('Add a thing')).slice(0, 8);
  checkout = await sandbox.clone();
});

afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

test('whatever may come comes, in the order of the flow, and what a rule keeps out is told', async () => {
  await prepare('order', auto);
  const first = await go('order');
  expect(first.document).toMatchObject([
    { environment: 'staging', kind: 'promote', outcome: 'changed', to: { tag, digest: digestOf(tag) } },
    { environment: 'production', kind: 'promote', outcome: 'refused', error: { code: 'not-soaked' } },
  ]);
  expect(first.text).toMatch(
    RegExp(
      `^staging is to run ${tag} instead of nothing, by commit \\w+\\.\n.*: npm run wait -- staging\nNothing comes to production: `,
    ),
  );
  const later = await go('order', '2026-09-22T11:00:00Z');
  expect(later.document).toMatchObject([{ outcome: 'unchanged' }, { outcome: 'changed', to: { tag } }]);
});

test('one that the flow does not say it of is left alone', async () => {
  await prepare('alone', flow({ production: { auto: true } }));
  expect((await go('alone')).document).toMatchObject([
    { environment: 'production', outcome: 'refused', error: { code: 'nothing-to-promote' } },
  ]);
});

test('a hold keeps out what comes by itself, too', async () => {
  await prepare('held', { ...auto, ...holds('staging') });
  expect((await go('held')).document).toMatchObject([{ outcome: 'refused', error: { code: 'held' } }, {}]);
});

test('through the command line, that nothing comes is no failure, and a remote that is away is one', async () => {
  await prepare('none', flow());
  const args = ['advance', '--branch', 'none'];
  expect(await sandbox.gitops(checkout, args)).toEqual({
    status: 0,
    stdout: 'Nothing to do: no environment of environments/flow.yaml has auto: true.\n',
    stderr: '',
  });
  const away = await sandbox.clone({ address: `${sandbox.folder}/nowhere` });
  expect((await sandbox.gitops(away, args)).status).toBe(5);
});

/** A branch with rules, where dev runs the release. */
async function prepare(branch: string, files: Parameters<typeof sandbox.origin.commit>[1]): Promise<void> {
  sandbox.origin.time = now;
  await sandbox.origin.commit('Set the rules', { ...files, ...runs({ dev: tag }) }, branch);
}

async function go(branch: string, time = now.toISOString()) {
  return advance(createOperator(sandbox, checkout, { branch, now: () => new Date(time) }));
}
