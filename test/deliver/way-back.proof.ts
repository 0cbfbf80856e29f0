import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { audit } from '../../scripts/look/audit.ts';
import { badGateway } from '../support/argocd/server.ts';
import type { Recorded } from '../support/argocd/server.ts';
import { createOperator } from '../support/command/operator.ts';
import { digest, openWaitingRoom, otherDigest } from '../support/command/waiting-room.ts';
import type { WaitingRoom } from '../support/command/waiting-room.ts';
import { runningValues } from '../support/git/origin.ts';
import { holds } from '../support/git/runs.ts';

let room: WaitingRoom;

// The newest release runs in dev after the one in the middle.
beforeEach(async () => {
  room = await openWaitingRoom();
  await room.deliver(room.tags[2], otherDigest);
});

afterEach(async () => {
  await room[Symbol.asyncDispose]();
});

test('what has failed is taken back to the release before, without a hold, and the audit has nothing to say', async () => {
  const failure = await wait([fails()]);
  const { origin } = room.sandbox;
  const [, before, bad] = room.tags;
  expect(failure).toMatchObject({
    exitCode: 6,
    message: `dev is not healthy after 16 s: orders-dev is Synced at ${bad}, Degraded, sync Succeeded.
dev goes back by commit ${await origin.tip()} to ${before}, and is not held: a newer release may come.`,
    hint: 'npm run history -- dev tells both.',
  });
  expect(await origin.log('%B', '-1')).toEqual([
    `rollback(dev): ${before}`,
    '',
    'Newer',
    '',
    'Environment: dev',
    'Kind: rollback',
    `From: ${bad}`,
    `To: ${before}`,
    `Digest: ${digest}`,
    `Revision: ${room.commits[1]}`,
    'Actor: grace',
    `Reason: ${bad} is not healthy: Synced at ${bad}, Degraded, sync Succeeded`,
  ]);
  expect(await origin.git('diff', '--name-only', 'main~1', 'main')).toBe('environments/dev/values.yaml');
  expect(await findBreaches()).toEqual([]);
});

test('of several waits at once, one takes it back', async () => {
  const failures = await Promise.all([1, 2, 3, 4].map(() => wait([fails()])));
  expect(failures.map(({ exitCode }) => exitCode)).toEqual([6, 6, 6, 6]);
  expect((await titles()).filter((title) => title.startsWith('rollback'))).toEqual([`rollback(dev): ${room.tags[1]}`]);
});

test('a release that has failed itself is passed over', async () => {
  const { origin } = room.sandbox;
  await room.deliver(room.tags[0]);
  await room.deliver(room.tags[1]);
  const note = 'Verdict: failed\nEnvironment: dev\nSince: 2026-09-22T10:00:00Z\n';
  await origin.git(
    '-c',
    'user.name=Ada',
    '-c',
    'user.email=ada@example.com',
    ...['notes', '--ref=deliveries'],
    'add',
    '-m',
    note,
    'main',
  );
  await room.deliver(room.tags[2], otherDigest);
  await wait([fails()]);
  expect((await titles())[0]).toBe(`rollback(dev): ${room.tags[0]}`);
});

test('what a rollback has put in is not gone past', async () => {
  const files = { 'environments/dev/values.yaml': runningValues('dev', room.tags[1], digest) };
  const tip = await room.sandbox.origin.commit(`rollback(dev): ${room.tags[1]}`, files);
  const failure = await wait([room.well({ health: 'Degraded' })]);
  expect(failure.message).toContain(
    `\ndev does not go back: since the last rollback, dev has run nothing before ${room.tags[1]} that has not failed.`,
  );
  expect(await room.sandbox.origin.tip()).toBe(tip);
});

test('a release that has been healthy stays, since what ails it came later', async () => {
  await wait([fails({ health: 'Healthy' })]).catch(() => undefined);
  const failure = await wait([fails()]);
  expect(failure.message).toContain(`\ndev does not go back: ${room.tags[2]} has been healthy in dev, `);
  expect((await titles())[0]).toBe(`deploy(dev): ${room.tags[2]}`);
});

test.each<[string, () => Recorded, string]>([
  ['is away', () => badGateway, 'argocd-unreachable'],
  ['lets nobody see the Application', () => ({ status: 403, body: {} }), 'argocd-refused'],
  ['has not taken it over', () => room.well(), 'unhealthy'],
  [
    'runs the sync of another one',
    () => fails({ synced: room.commits[1], phase: 'Running', health: 'Healthy' }),
    'unhealthy',
  ],
])('nothing goes back where Argo CD %s', async (_, answer, code) => {
  const tip = await room.sandbox.origin.tip();
  const failure = await wait([answer()]);
  expect(failure).toMatchObject({
    code,
    message: expect.stringMatching(/\ndev does not go back: no verdict says that the release itself has failed\.$/),
  });
  expect(await room.sandbox.origin.tip()).toBe(tip);
});

test('nothing goes back where the environment is held, or the verdict cannot be kept', async () => {
  const { origin } = room.sandbox;
  await origin.installHook('update', 'case $1 in refs/notes/*) exit 1;; esac');
  expect((await wait([fails()])).message).toContain('\ndev does not go back: the verdict could not be kept.');
  await origin.installHook('update', '');
  const tip = await origin.commit('Hold dev', holds('dev'));
  expect((await wait([fails()])).message).toContain('\ndev does not go back: dev is held since ');
  expect(await origin.tip()).toBe(tip);
});

test('a rollback that holds nothing is a breach where no verdict says that what it took back had failed', async () => {
  await wait([fails()]);
  await room.sandbox.origin.git('update-ref', '-d', 'refs/notes/deliveries');
  expect(await findBreaches()).toEqual(['not-held']);
});

/** An answer about the newest release, which fails. */
function fails(situation: Parameters<WaitingRoom['well']>[0] = {}): Recorded {
  const [, , commit] = room.commits;
  const ours = { commit, tag: room.tags[2], digest: otherDigest };
  return room.well({ ...ours, health: 'Degraded', ...situation });
}

/** Waits with the way back, and gives the failure that it ends with. */
async function wait(answers: readonly Recorded[]): Promise<{ exitCode: number; message: string }> {
  return room.play(answers, { orRollback: true }).then(
    () => Promise.reject(new Error('It is healthy.')),
    (error: unknown) => error as { exitCode: number; message: string },
  );
}

function titles(): Promise<string[]> {
  return room.sandbox.origin.log();
}

async function findBreaches(): Promise<string[]> {
  const operator = createOperator(room.sandbox, room.checkout);
  const { document } = await audit(operator, { since: undefined, strict: false });
  const findings = document as { severity: string; rule: string }[];
  return findings.filter(({ severity }) => severity === 'breach').map(({ rule }) => rule);
}
