import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { badGateway, serveArgo } from '../support/argocd/server.ts';
import { digest, openWaitingRoom, otherDigest, repeat, variables } from '../support/command/waiting-room.ts';
import type { WaitingRoom } from '../support/command/waiting-room.ts';

let room: WaitingRoom;

beforeAll(async () => {
  room = await openWaitingRoom();
});

afterAll(async () => {
  await room[Symbol.asyncDispose]();
});

test('a release that is synced and healthy is waited for no longer, and told', async () => {
  await using server = await serveArgo({ applications: [room.well()] });
  const run = await room.sandbox.gitops(room.checkout, ['wait', 'dev'], variables(server.host));
  expect(run).toEqual({
    status: 0,
    stdout: `dev runs ${room.tags[1]} and is healthy, after 0 s.\n`,
    stderr: `orders-dev: Synced at ${room.tags[1]}, Healthy, sync Succeeded\n`,
  });
  expect(server.questions).toEqual(['/api/v1/applications/orders-dev?project=orders-dev']);
  expect(await room.sandbox.leftovers()).toEqual([]);
});

test('with --json there is one document on standard output', async () => {
  await using server = await serveArgo({ applications: [badGateway, room.well()] });
  const run = await room.sandbox.gitops(room.checkout, ['wait', 'dev', '--json'], variables(server.host));
  expect(JSON.parse(run.stdout)).toEqual({
    environment: 'dev',
    application: 'orders-dev',
    outcome: 'healthy',
    tag: room.tags[1],
    digest,
    commit: room.commits[1],
    seconds: 0,
  });
});

test('a sync is followed from the release before to the end, a line for each change', async () => {
  const before = { commit: room.commits[0], tag: room.tags[0] };
  const wanted = room.commits[1];
  const run = await room.play([
    room.well(before),
    room.well(before),
    room.well({ ...before, wanted }),
    room.well({ sync: 'OutOfSync', synced: room.commits[0] }),
    room.well({ sync: 'OutOfSync', health: 'Missing', phase: 'Running', message: 'waiting for the hook' }),
    // All is well, but the cluster was compared with another image of the same tag.
    room.well({ digest: otherDigest }),
    room.well({ health: 'Progressing' }),
    room.well(),
  ]);
  expect(run.document).toMatchObject({ outcome: 'healthy', seconds: 14 });
  expect(run.lines).toEqual([
    `orders-dev: Synced at ${room.tags[0]}, Healthy, sync of ${room.tags[0]} Succeeded`,
    `orders-dev: OutOfSync at ${room.tags[1]}, Healthy, sync of ${room.tags[0]} Succeeded`,
    `orders-dev: OutOfSync at ${room.tags[1]}, Missing, sync Running\n  waiting for the hook`,
    `orders-dev: Synced at ${room.tags[1]} with another image, Healthy, sync Succeeded`,
    `orders-dev: Synced at ${room.tags[1]}, Progressing, sync Succeeded`,
    `orders-dev: Synced at ${room.tags[1]}, Healthy, sync Succeeded`,
  ]);
});

test('a revision that is merely abbreviated is none', async () => {
  const commit = room.tags[1];
  await expect(room.play([room.well({ commit, synced: commit })])).rejects.toMatchObject({
    code: 'unhealthy',
    message: expect.stringContaining(`\n  The ApplicationSet has it at ${commit}, not at ${room.commits[1]}.`),
    hint: expect.stringContaining('kubectl -n argocd get applicationset'),
  });
});

test('nothing counts while hooks of the sync still run', async () => {
  const run = await room.play([room.well({ phase: 'Running' }), room.well({ phase: 'Running' }), room.well()]);
  expect(run.document).toMatchObject({ outcome: 'healthy', seconds: 4 });
});

test('a sync of another release that goes on for 10 s is ended, once', async () => {
  const stuck = room.well({ synced: room.commits[2], phase: 'Running', message: 'waiting for a hook' });
  const ending = room.well({ synced: room.commits[2], phase: 'Terminating' });
  await using server = await serveArgo({
    applications: [...repeat(stuck, 7), ending, room.well()],
    ended: { body: {} },
  });
  const run = await room.wait(server.host);
  expect(run.document).toMatchObject({ outcome: 'healthy', seconds: 16 });
  expect(run.lines).toContain(`orders-dev: the sync of ${room.tags[2]} keeps ${room.tags[1]} out, and is ended.`);
  expect(server.questions.filter((question) => question.startsWith('DELETE'))).toHaveLength(1);
});

test('a sync of ours is never ended, however long it takes', async () => {
  await using server = await serveArgo({
    applications: [...repeat(room.well({ phase: 'Running' }), 20), room.well()],
    ended: { body: {} },
  });
  await room.wait(server.host);
  expect(server.questions.filter((question) => question.startsWith('DELETE'))).toEqual([]);
});

test('what an attempt failed with is told when the next one runs, too', async () => {
  const failed = {
    kind: 'Job',
    name: 'migrate',
    status: 'Synced',
    hookPhase: 'Failed',
    message: 'exit code 1',
  };
  const [first, next] = [
    room.well({ phase: 'Running', message: 'Retrying attempt #1', retries: 1, results: [failed] }),
    room.well({ phase: 'Running', message: 'waiting for Job/migrate', retries: 1 }),
  ];
  await expect(room.play([first, ...repeat(next, 9)])).rejects.toMatchObject({
    message: `dev is not healthy after 16 s: orders-dev is Synced at ${room.tags[1]}, Healthy, sync Running.
  waiting for Job/migrate
  Job/migrate: exit code 1`,
  });
});

test('a health that flaps is waited through', async () => {
  const [bad, good] = [room.well({ health: 'Degraded' }), room.well({ health: 'Progressing' })];
  const run = await room.play([...repeat(bad, 7), good, ...repeat(bad, 7), good, ...repeat(bad, 7), room.well()]);
  expect(run.document).toMatchObject({ outcome: 'healthy', seconds: 46 });
});

test('the trouble of the release before is not ours', async () => {
  const before = room.well({
    commit: room.commits[0],
    tag: room.tags[0],
    health: 'Degraded',
    phase: 'Failed',
  });
  expect((await room.play([...repeat(before, 20), room.well()])).document).toMatchObject({
    outcome: 'healthy',
  });
});

test('a release that the cluster kept while the sync of another one failed is healthy', async () => {
  const run = await room.play([room.well({ synced: room.commits[2], phase: 'Failed', message: 'admission denied' })]);
  expect(run.document).toMatchObject({ outcome: 'healthy', seconds: 0 });
});

test('a release that stays degraded is given up, with what Argo CD says of each object', async () => {
  const deployment = {
    kind: 'Deployment',
    name: 'orders',
    health: { status: 'Degraded', message: 'Deployment "orders" exceeded its progress deadline' },
  };
  const service = { kind: 'Service', name: 'orders', health: { status: 'Healthy' } };
  const failure = room.play([room.well({ health: 'Degraded', resources: [deployment, service] })]);
  await expect(failure).rejects.toMatchObject({
    code: 'unhealthy',
    exitCode: 6,
    message: `dev is not healthy after 16 s: orders-dev is Synced at ${room.tags[1]}, Degraded, sync Succeeded.
  Deployment/orders: Degraded: Deployment "orders" exceeded its progress deadline`,
    hint: expect.stringMatching(
      /^Look at http:\/\/127\.0\.0\.1:\d+\/applications\/orders-dev; to go back: npm run rollback -- dev$/,
    ),
  });
});

test('an object whose controller says nothing is told as what is waited for', async () => {
  const ingress = { kind: 'Ingress', name: 'orders', health: { status: 'Progressing' } };
  const stuck = room.well({ health: 'Progressing', resources: [ingress] });
  await expect(room.play([stuck])).rejects.toMatchObject({
    message: `dev is not healthy after 60 s: orders-dev is Synced at ${room.tags[1]}, Progressing, sync Succeeded.
  Ingress/orders: Progressing`,
  });
});

test('a sync that failed is given up, with its message', async () => {
  const message = 'one or more objects failed to apply, reason: admission webhook denied the request';
  const failed = room.well({ sync: 'OutOfSync', phase: 'Failed', message });
  await expect(room.play([failed])).rejects.toMatchObject({
    code: 'unhealthy',
    message: `dev is not healthy after 16 s: orders-dev is OutOfSync at ${room.tags[1]}, Healthy, sync Failed.
  ${message}`,
  });
});

test('a release that Argo CD cannot render is given up, with what Argo CD complains about', async () => {
  // What others wrote is told in a line, and moves no cursor.
  const message = 'failed to generate manifest:\n\u001B[2Jhelm template failed\n';
  const condition = { type: 'ComparisonError', message };
  const stuck = room.well({ sync: 'Unknown', synced: room.commits[0], conditions: [condition] });
  await expect(room.play([stuck])).rejects.toMatchObject({
    code: 'unhealthy',
    message: `dev is not healthy after 16 s: orders-dev is Unknown at ${room.tags[1]}, Healthy, sync of ${room.tags[0]} Succeeded.
  ComparisonError: failed to generate manifest: [2Jhelm template failed`,
  });
});
