import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { deployRelease } from '../support/command/delivery.ts';
import { createSandbox, type Sandbox } from '../support/command/sandbox.ts';
import { namedApplications } from '../support/git/applicationset.ts';
import { git } from '../support/git/git.ts';
import { findDeadHost } from '../support/process/loopback.ts';

let sandbox: Sandbox;
let checkout: string;
let deployed: string;

beforeEach(async () => {
  sandbox = await createSandbox();
  await sandbox.origin.commit('Name the Applications', namedApplications);
  checkout = await sandbox.clone();
  ({ tag: deployed } = await deployRelease(sandbox, checkout));
});

afterEach(async () => {
  await sandbox[Symbol.asyncDispose]();
});

test.each([
  ['status', (json: unknown) => (json as { release: string }[])[0]],
  ['history dev', (json: unknown) => (json as object[])[0]],
  ['diff staging', (json: unknown) => json],
])('while the remote is away, %s answers from the last fetch, and says how old that is', async (words, first) => {
  const { origin } = sandbox;
  await git(checkout, [
    'fetch',
    '--quiet',
    'origin',
    'refs/notes/*:refs/notes/*',
    '+refs/heads/*:refs/remotes/origin/*',
  ]);
  const here = await ask(words);
  await origin.commit('Nobody has fetched this');
  await takeAway();
  const away = await ask(words);
  expect(away).toEqual({
    ...here,
    stderr: expect.stringMatching(
      /^http:.+ could not be reached: [^]+\n[^]*The answer is from what this checkout fetched last, \d min ago\.\n$/,
    ),
  });
  expect(here.stderr).toBe('');
  expect(JSON.stringify(first(JSON.parse(away.stdout)))).toContain(deployed);
});

test('a clone that has fetched nothing since tells the time of its making, and a branch that it never had is not made up', async () => {
  const fresh = await sandbox.clone();
  await takeAway(fresh);
  // The clone was made on the day that the test's Git has.
  const { status, stdout, stderr } = await sandbox.gitops(fresh, ['status', '--json']);
  expect([status, stderr]).toEqual([0, expect.stringMatching(/fetched last, \d+ d ago\.\n$/)]);
  expect(stdout).toContain(deployed);
  const other = await sandbox.gitops(fresh, ['status', '--branch', 'never-fetched']);
  expect([other.status, other.stdout]).toEqual([5, '']);
});

test.each([['audit'], ['promote', 'staging'], ['review']])(
  'while the remote is away, %s ends with 5',
  async (...words) => {
    await takeAway();
    const { status, stdout, stderr } = await sandbox.gitops(checkout, words);
    expect([status, stdout]).toEqual([5, '']);
    expect(stderr).not.toContain('fetched last');
  },
);

test('a clone that has not the whole history does not answer from a part of it', async () => {
  const shallow = await sandbox.clone({ asJob: true });
  await takeAway(shallow);
  expect((await sandbox.gitops(shallow, ['status'])).status).toBe(5);
});

function ask(words: string) {
  return sandbox.gitops(checkout, [...words.split(' '), '--json']);
}

async function takeAway(folder = checkout): Promise<void> {
  await git(folder, ['remote', 'set-url', 'origin', `http://${await findDeadHost()}/orders.git`]);
}
