import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { deploy } from '../../scripts/deliver/deploy.ts';
import { promote } from '../../scripts/deliver/promote.ts';
import { rollback } from '../../scripts/deliver/rollback.ts';
import { audit } from '../../scripts/look/audit.ts';
import { parseDigest, parseTag } from '../../scripts/release/image.ts';
import { createOperator } from '../support/command/operator.ts';
import { installRivals } from '../support/command/rivals.ts';
import { digest, openWaitingRoom } from '../support/command/waiting-room.ts';
import type { WaitingRoom } from '../support/command/waiting-room.ts';
import { flow } from '../support/git/flow.ts';
import { runningValues } from '../support/git/origin.ts';
import type { Origin } from '../support/git/origin.ts';
import { digestOf } from '../support/git/runs.ts';

let room: WaitingRoom;
let origin: Origin;

// A release runs in dev, and comes to staging when it is healthy there.
beforeEach(async () => {
  room = await openWaitingRoom();
  ({ origin } = room.sandbox);
  await origin.commit('Ask for verdicts', flow({ staging: { healthy: true } }));
});

afterEach(async () => {
  await room[Symbol.asyncDispose]();
});

const verdict = (environment: string, since = '2026-09-22T10:00:00Z') =>
  `Verdict: healthy\nEnvironment: ${environment}\nSince: ${since}\n`;

test.each<[string, () => Promise<unknown>]>([
  ['the commit of the release', () => note(room.commits[1], verdict('dev'))],
  ['a commit after the delivery', () => note('main', verdict('dev'))],
  ['the delivery, of another environment', () => note('main~1', verdict('production'))],
  ['the delivery, of a time that is still to come', () => note('main~1', verdict('dev', '2999-01-01T00:00:00Z'))],
  [
    'the delivery, as a reason of a verdict that it failed',
    () => note('main~1', 'Verdict: failed\nEnvironment: dev\nSince: 2026-09-22T10:00:00Z\nReason: Verdict: healthy'),
  ],
])('a verdict on %s opens nothing', async (_, write) => {
  await write();
  await expect(promoteAt('2026-11-24T11:00:00Z')).rejects.toMatchObject({ code: 'no-verdict' });
  await note('main~1', verdict('dev'));
  expect(await promoteAt('2026-11-24T11:00:00Z')).toMatchObject({ outcome: 'changed' });
  expect(await findBreaches()).toEqual([]);
});

test('of two verdicts at once that differ both are kept, and the one of healthy counts', async () => {
  const results = await Promise.allSettled([room.play([room.well({ health: 'Degraded' })]), room.play([room.well()])]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  const text = await origin.git('notes', '--ref=deliveries', 'show', 'main~1');
  expect(new Set(text.match(/(?<=^Verdict: ).*$/gm))).toEqual(new Set(['failed', 'healthy']));
  expect(await promoteAt('2026-11-24T11:00:00Z')).toMatchObject({ outcome: 'changed' });
});

test('notes that are deleted close the gate and are missed by the audit, until they are pushed again', async () => {
  await room.play([room.well()]);
  const notes = await origin.git('rev-parse', 'refs/notes/deliveries');
  await promoteAt('2026-11-24T11:00:00Z');
  await origin.git('update-ref', '-d', 'refs/notes/deliveries');
  expect(await findBreaches()).toEqual(['no-verdict']);
  await origin.commit('Empty staging', { 'environments/staging/values.yaml': runningValues('staging', '', '') });
  await expect(promoteAt('2026-11-24T12:00:00Z')).rejects.toMatchObject({ code: 'no-verdict' });

  await room.play([room.well()]);
  expect(await promoteAt('2026-11-24T12:00:00Z')).toMatchObject({ outcome: 'changed' });
  await origin.git('update-ref', 'refs/notes/deliveries', notes);
  expect(await findBreaches()).toEqual([]);
});

test('a clock that is put back between two deliveries ripens nothing, and the audit agrees', async () => {
  await origin.commit('Soak', flow({ staging: { soak: '30m' } }));
  const [, , newer] = room.tags;
  const image = { tag: parseTag(newer, 'tag'), digest: parseDigest(digestOf(newer), 'digest') };
  // Two hours ahead, then right.
  await deploy(at('2026-11-24T12:00:00Z'), 'dev', image);
  const last = (await origin.commit('One more')).slice(0, 8);
  const next = { tag: parseTag(last, 'tag'), digest: parseDigest(digestOf(last), 'digest') };
  await deploy(at('2026-11-24T10:05:00Z'), 'dev', next);
  for (const time of ['10:40', '11:59', '12:29']) {
    await expect(promoteAt(`2026-11-24T${time}:00Z`, last)).rejects.toMatchObject({ code: 'not-soaked' });
  }
  // One that is behind waits longer, not less.
  await expect(promoteAt('2026-11-23T10:00:00Z', last)).rejects.toMatchObject({ code: 'not-soaked' });
  expect(await promoteAt('2026-11-24T12:30:00Z', last)).toMatchObject({ outcome: 'changed' });
  await rollback(at('2026-11-24T10:50:00Z'), 'dev', { to: undefined, reason: 'errors' });
  expect(await findBreaches()).toEqual([]);
});

test.each(['staging', 'production'])(
  'a line that is stopped while a promotion to %s runs stays stopped',
  async (name) => {
    const source = { staging: 'dev', production: 'staging' }[name] ?? '';
    const values = runningValues(source, room.tags[1], digest);
    await origin.commit('Ask for nothing', { ...flow(), [`environments/${source}/values.yaml`]: values });
    const before = await origin.tip();
    const operator = createOperator(room.sandbox, room.checkout);
    await room.sandbox.gitops(room.checkout, ['hold', '--all', '--reason', 'stop']);
    const stopped = (await origin.git('rev-list', '--reverse', `${before}..main`)).split('\n');
    expect(stopped).toHaveLength(3);
    await origin.git('update-ref', 'refs/heads/main', before);
    await installRivals(room.sandbox, stopped);
    await expect(promote(operator, name)).rejects.toMatchObject({ code: expect.stringMatching(/^(source-)?held$/) });
    expect((await origin.log('%s', `${before}..main`)).filter((title) => title.startsWith('promote'))).toEqual([]);
  },
);

test('an environment whose values are broken keeps the others from no hold', async () => {
  await origin.commit('Break it', { 'environments/dev/values.yaml': 'image: [\n' });
  const run = await room.sandbox.gitops(room.checkout, ['hold', '--all', '--reason', 'stop']);
  expect(run).toMatchObject({ status: 2, stderr: expect.stringMatching(/^environments\/dev\/values\.yaml:/) });
  expect((await origin.log()).slice(0, 3)).toEqual(['hold(production)', 'hold(staging)', 'Break it']);
});

function note(commit: string, text: string): Promise<string> {
  return origin.git('notes', '--ref=deliveries', 'append', '-m', text, commit);
}

/** Who works by a clock that says this. */
function at(time: string) {
  return createOperator(room.sandbox, room.checkout, { now: () => new Date(time) });
}

function promoteAt(time: string, release = room.tags[1]) {
  return promote(at(time), 'staging', { release: parseTag(release, 'tag') });
}

async function findBreaches(): Promise<string[]> {
  const { document } = await audit(at('2026-11-25T10:00:00Z'), { since: undefined, strict: false });
  const findings = document as { severity: string; rule: string }[];
  return findings.filter(({ severity }) => severity === 'breach').map(({ rule }) => rule);
}
