import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openWaitingRoom } from '../support/command/waiting-room.ts';
import type { WaitingRoom } from '../support/command/waiting-room.ts';

let room: WaitingRoom;

beforeAll(async () => {
  room = await openWaitingRoom();
});

afterAll(async () => {
  await room[Symbol.asyncDispose]();
});

const refused =
  'Service "zz" is invalid: [spec.ports[0].port: Invalid value: 99999: must be between 1 and 65535, inclusive, spec.ports[0].targetPort: Invalid value: 99999: must be between 1 and 65535, inclusive]';

test('an image that cannot be pulled ends the wait after 15 s, in the words of Kubernetes', async () => {
  const [, tag] = room.tags;
  await expect(room.replay('image-pull.ndjson', 'after')).rejects.toMatchObject({
    exitCode: 6,
    message: expect.stringMatching(
      RegExp(`^dev is not healthy after 22 s: orders-dev is Synced at ${tag}, Progressing, sync Succeeded\\.
  Deployment/orders: Progressing: Waiting for rollout to finish: 1 old replicas are pending termination\\.\\.\\.
  Pod/orders-\\S+: ImagePullBackOff: Back-off pulling image "registry\\.example\\.com/orders:${tag}@sha256:\\w+"$`),
    ),
  });
});

test('an object that the API server refuses ends the wait after 15 s, with its words', async () => {
  await expect(room.replay('not-applied.ndjson', 'after')).rejects.toMatchObject({
    exitCode: 6,
    message: `dev is not healthy after 24 s: orders-dev is OutOfSync at ${room.tags[1]}, Healthy, sync Failed.
  one or more synchronization tasks completed unsuccessfully, reason: ${refused} (retried 1 times).
  Service/zz: Missing`,
  });
});

test('a hook that fails ends the wait after 15 s, with what became of it', async () => {
  await expect(room.replay('hook-fails.ndjson', 'after')).rejects.toMatchObject({
    exitCode: 6,
    message: `dev is not healthy after 22 s: orders-dev is OutOfSync at ${room.tags[1]}, Healthy, sync Failed.
  one or more synchronization tasks completed unsuccessfully (retried 1 times).
  Job/zz: Job has reached the specified backoff limit`,
  });
});

test('the way back from a release that never got ready is followed until it is live', async () => {
  const [, tag, bad] = room.tags;
  const run = await room.replay('never-ready-then-back.ndjson', 'before', { from: 12 });
  expect(run.document).toMatchObject({ outcome: 'healthy', seconds: 6 });
  expect(run.lines).toEqual([
    `orders-dev: Synced at ${bad}, Progressing, sync of ${bad} Succeeded`,
    `orders-dev: OutOfSync at ${tag}, Progressing, sync Running
  Deployment/orders: Progressing: Waiting for rollout to finish: 1 old replicas are pending termination...`,
    `orders-dev: Synced at ${tag}, Healthy, sync Succeeded`,
  ]);
});

test('a sync of another release that keeps it out is told, and waited for where the token may not end it', async () => {
  const [, tag, bad] = room.tags;
  const run = await room.replay('not-applied-then-back.ndjson', 'before', { from: 4 });
  expect(run.document).toMatchObject({ outcome: 'healthy', seconds: 22 });
  expect(run.lines).toContainEqual(
    expect.stringMatching(
      RegExp(
        `^orders-dev: the sync of ${bad} keeps ${tag} out, and this token may not end it: 127\\.0\\.0\\.1:\\d+ answered 403: permission denied\\.$`,
      ),
    ),
  );
  expect(run.questions.filter((question) => !question.startsWith('/'))).toEqual([
    'DELETE /api/v1/applications/orders-dev/operation?project=orders-dev',
  ]);
});

test('the sync of another release that failed before it changed anything is no trouble of ours', async () => {
  const run = await room.replay('hook-fails-then-back.ndjson', 'before', { from: 3 });
  expect(run.document).toMatchObject({ outcome: 'healthy', seconds: 8 });
});
