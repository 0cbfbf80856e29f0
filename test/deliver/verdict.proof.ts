import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { history } from '../../scripts/look/history.ts';
import { serveArgo } from '../support/argocd/server.ts';
import { createOperator } from '../support/command/operator.ts';
import { openWaitingRoom, variables } from '../support/command/waiting-room.ts';
import type { WaitingRoom } from '../support/command/waiting-room.ts';
import { git } from '../support/git/git.ts';

const deployment = {
  kind: 'Deployment',
  name: 'orders',
  health: { status: 'Degraded', message: 'Deployment "orders" exceeded its progress deadline' },
};

let room: WaitingRoom;
let delivery: string;

beforeEach(async () => {
  room = await openWaitingRoom();
  delivery = await room.sandbox.origin.tip();
});

afterEach(async () => {
  await room[Symbol.asyncDispose]();
});

test('a release that is healthy has it noted on its delivery, where git log shows it', async () => {
  await room.play([room.well({ health: 'Progressing' }), room.well()]);
  expect(await show()).toBe(`Verdict: healthy
Environment: dev
Since: 2026-11-24T10:00:02.000Z
Actor: grace
`);
  const { origin } = room.sandbox;
  expect(await origin.git('log', '-1', '--format=%an <%ae> %cd%n%s', '--date=iso', 'refs/notes/deliveries'))
    .toBe(`Grace Operator <grace@example.com> 2026-11-24 10:00:02 +0000
verdict(dev): ${room.tags[1]} is healthy`);
});

test('a release that fails has it noted, with the words of Argo CD', async () => {
  await fail();
  expect(await show()).toBe(`Verdict: failed
Environment: dev
Since: 2026-11-24T10:00:16.000Z
Actor: grace
Reason: Synced at ${room.tags[1]}, Degraded, sync Succeeded
Reason: Deployment/orders: Degraded: Deployment "orders" exceeded its progress deadline
`);
});

test('a later verdict that says something else is added, and one that says the same is not', async () => {
  await fail();
  await room.play([room.well()]);
  await room.play([room.well()]);
  const note = await show();
  expect(note.match(/(?<=^Verdict: ).*$/gm)).toEqual(['failed', 'healthy']);
  expect(await room.sandbox.origin.git('rev-list', '--count', 'refs/notes/deliveries')).toBe('2');
});

test('what somebody else noted stays, though the notes are spread over folders', async () => {
  const { origin } = room.sandbox;
  // So many that Git spreads them.
  const others = await origin.commitAll(
    Array.from({ length: 300 }, (_, index) => `Other ${index}`),
    {},
    'others',
  );
  const entries = [...others, delivery].map((sha) => `N inline ${sha}\ndata 16\nLooks good to me\n`);
  const head = 'commit refs/notes/deliveries\ncommitter Ada <ada@example.com> 1790000000 +0000\ndata 5\nNotes\n';
  await git(origin.directory, ['fast-import', '--quiet', '--done'], Buffer.from(`${head}${entries.join('')}done\n`));
  expect(await origin.git('ls-tree', '-r', '--name-only', 'refs/notes/deliveries')).toMatch(/^\w\w\/\w{38}$/m);
  await room.play([room.well()]);
  expect(await show()).toMatch(/^Looks good to me\n\nVerdict: healthy\n/);
  expect(await origin.git('notes', '--ref=deliveries', 'show', others[7] ?? '')).toBe('Looks good to me');
});

test.each([
  ['Argo CD is away', { status: 502, body: '' }],
  ['its token is refused', { status: 403, body: {} }],
  ['there is no Application', { status: 404, body: {} }],
])('nothing is noted of a release where %s', async (_, answer) => {
  await expect(room.play([answer])).rejects.toThrow();
  expect(await room.sandbox.origin.git('for-each-ref', 'refs/notes')).toBe('');
});

test.each<[string, () => Parameters<WaitingRoom['well']>[0]]>([
  ['Argo CD could not take it over', () => ({ commit: room.commits[0], tag: room.tags[0] })],
  ['the sync of another one keeps it out', () => ({ synced: room.commits[2], phase: 'Running' })],
  [
    'Argo CD cannot compare',
    () => ({ sync: 'Unknown', conditions: [{ type: 'ComparisonError', message: 'no route to host' }] }),
  ],
  ['Argo CD could not go about the sync', () => ({ sync: 'OutOfSync', phase: 'Error', message: 'no route to host' })],
])('nothing is noted of a release where %s', async (_, situation) => {
  await expect(room.play([room.well(situation())])).rejects.toMatchObject({ exitCode: 6 });
  expect(await room.sandbox.origin.git('for-each-ref', 'refs/notes')).toBe('');
});

test('who may push no notes is told in a line, and what was found stands', async () => {
  await room.sandbox.origin.installHook('update', 'case $1 in refs/notes/*) echo "You may not." >&2; exit 1;; esac');
  await using server = await serveArgo({ applications: [room.well()] });
  const run = await room.sandbox.gitops(room.checkout, ['wait', 'dev'], variables(server.host));
  expect(run).toEqual({
    status: 0,
    stdout: `dev runs ${room.tags[1]} and is healthy, after 0 s.\n`,
    stderr: expect.stringMatching(
      /^orders-dev: .*\nThe verdict is not kept as a note: .*refused the push \(hook declined\): remote: You may not\..*\n$/,
    ),
  });
});

test('a wait that only looks notes nothing, and says what it would', async () => {
  await using server = await serveArgo({ applications: [room.well()] });
  const run = await room.sandbox.gitops(room.checkout, ['wait', 'dev', '--dry-run'], variables(server.host));
  expect(run.stderr).toContain(`Would note on ${delivery}:\n\nVerdict: healthy\nEnvironment: dev\n`);
  expect(await room.sandbox.origin.git('for-each-ref', 'refs/notes')).toBe('');
});

test('the history tells the verdicts, with what was wrong', async () => {
  await fail();
  const operator = createOperator(room.sandbox, room.checkout);
  const { text, document } = await history(operator, 'dev', { limit: 1, columns: 300 });
  expect(text).toMatch(/ failed {3}Synced at \w+, Degraded, sync Succeeded; Deployment\/orders: Degraded: /);
  expect(document).toMatchObject([
    {
      commit: delivery,
      verdicts: [{ state: 'failed', since: new Date('2026-11-24T10:00:16Z'), by: 'grace' }],
    },
  ]);
});

async function fail(): Promise<void> {
  const run = room.play([room.well({ health: 'Degraded', resources: [deployment] })]);
  await expect(run).rejects.toMatchObject({ code: 'unhealthy', exitCode: 6 });
}

/** The note on the delivery, as Git shows it. */
async function show(): Promise<string> {
  const shown = await room.sandbox.origin.git('log', '-1', '--format=%N', '--notes=deliveries', delivery);
  return `${shown.trimEnd()}\n`;
}
