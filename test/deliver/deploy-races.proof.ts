import { expect, test } from '@jest/globals';
import { runningValues } from '../support/git/origin.ts';
import { installRivals } from '../support/command/rivals.ts';
import { holds } from '../support/git/runs.ts';
import { createSandbox } from '../support/command/sandbox.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const valuesPath = 'environments/dev/values.yaml';
const moved = 'main has moved: deciding again\n';

test.each([1, 3])('a release comes in after losing the race %d times, and no rival is lost', async (times) => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const tag = (await origin.commit('Add a thing')).slice(0, 8);
  const subjects = Array.from({ length: times }, (_, index) => `Rival ${index + 1}`);
  await installRivals(sandbox, await origin.commitAll(subjects, {}, 'rivals'));

  const run = await sandbox.gitops(await sandbox.clone(), deploy(tag, '--json'));

  expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: moved.repeat(times) });
  expect(JSON.parse(run.stdout)).toMatchObject({
    outcome: 'changed',
    attempts: times + 1,
    commit: await origin.tip(),
  });
  expect(await origin.log()).toEqual([
    `deploy(dev): ${tag}`,
    ...subjects.toReversed(),
    'Add a thing',
    'Start the project',
  ]);
});

test('who always loses gives up at the deadline, and has changed nothing', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const tag = (await origin.commit('Add a thing')).slice(0, 8);
  const subjects = Array.from({ length: 100 }, (_, index) => `Rival ${index + 1}`);
  await installRivals(sandbox, await origin.commitAll(subjects, {}, 'rivals'));

  const run = await sandbox.gitops(await sandbox.clone(), deploy(tag, '--deadline', '1s', '--json'));

  expect(run.status).toBe(4);
  expect(JSON.parse(run.stdout)).toEqual({
    error: {
      code: 'race-lost',
      message: expect.stringMatching(/^Others were faster on main of \S+ test \S+\/origin\.git, \d+ times in 1 s\.$/),
      hint: 'Nothing was changed. Run it again, or give it longer by --deadline.',
    },
  });
  expect(await origin.log()).not.toContain(`deploy(dev): ${tag}`);
  expect(await sandbox.leftovers()).toEqual([]);
});

test('a hold that comes between reading and pushing is obeyed', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const tag = (await origin.commit('Add a thing')).slice(0, 8);
  await installRivals(sandbox, [await origin.commit('Hold dev', holds('dev'), 'rival')]);

  const run = await sandbox.gitops(await sandbox.clone(), deploy(tag));

  expect(run.status).toBe(3);
  expect(run.stderr).toContain(`${moved}dev is held since 2026-09-21T10:00:00.000Z by ada: look into it\n`);
  expect(await origin.tip()).toBe(await origin.tip('rival'));
});

test('a newer release that comes between reading and pushing is left running', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const [older = '', newer = ''] = (await origin.commitAll(['Older', 'Newer'])).map((sha) => sha.slice(0, 8));
  const values = runningValues('dev', newer, digest);
  await installRivals(sandbox, [await origin.commit('Deploy', { [valuesPath]: values }, 'rival')]);

  expect(await sandbox.gitops(await sandbox.clone(), deploy(older))).toEqual({
    status: 0,
    stdout: `Nothing to do: dev runs ${newer}, which is newer than ${older}.\n`,
    stderr: moved,
  });
  expect(await origin.read(valuesPath)).toBe(values);
});

test('a branch that moves while the server takes the push is a race like any other', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const tag = (await origin.commit('Add a thing')).slice(0, 8);
  const rival = await origin.commit('Rival', {}, 'rival');
  // Once, and past the quarantine in which git keeps a push until it is taken.
  await origin.installHook(
    'pre-receive',
    `unset GIT_QUARANTINE_PATH
[ "$(git rev-parse main)" = ${rival} ] || git log --format=%s main | grep -q Rival || git update-ref refs/heads/main ${rival}`,
  );

  const run = await sandbox.gitops(await sandbox.clone(), deploy(tag));

  expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: moved });
  expect(await origin.log()).toEqual([`deploy(dev): ${tag}`, 'Rival', 'Add a thing', 'Start the project']);
});

test('of 16 releases deployed at once in any order, the newest runs in the end', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const subjects = Array.from({ length: 16 }, (_, index) => `Release ${index + 1}`);
  const releases = (await origin.commitAll(subjects)).map((sha) => sha.slice(0, 8));
  const jobs = await Promise.all(
    releases.map(async (tag) => ({ tag, checkout: await sandbox.clone({ asJob: true }) })),
  );

  const runs = await Promise.all(shuffle(jobs).map(({ tag, checkout }) => sandbox.gitops(checkout, deploy(tag))));

  expect(runs.filter(({ status }) => status !== 0)).toEqual([]);
  expect(await origin.read(valuesPath)).toBe(await origin.runningValues('dev', releases.at(-1) ?? '', digest));
  expect(await origin.log('%s', '--merges')).toEqual(['']);
  const deliveries = (await origin.log()).slice(0, -17).map((title) => title.replace('deploy(dev): ', ''));
  const order = deliveries.map((tag) => releases.indexOf(tag));
  expect(order).toEqual(order.toSorted((a, b) => b - a));
  await origin.git('fsck', '--strict');
  expect(await sandbox.leftovers()).toEqual([]);
});

function deploy(tag: string, ...options: string[]): string[] {
  return ['deploy', 'dev', '--tag', tag, '--digest', digest, ...options];
}

function shuffle<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
