import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { badGateway, serveArgo } from '../support/argocd/server.ts';
import type { Recorded } from '../support/argocd/server.ts';
import { openWaitingRoom, variables } from '../support/command/waiting-room.ts';
import type { WaitingRoom } from '../support/command/waiting-room.ts';

let room: WaitingRoom;

beforeAll(async () => {
  room = await openWaitingRoom();
});

afterAll(async () => {
  await room[Symbol.asyncDispose]();
});

async function readLive(answer: Recorded): Promise<unknown> {
  await using server = await serveArgo({ applications: [answer] });
  const run = await room.sandbox.gitops(room.checkout, ['status', '--json'], variables(server.host));
  expect(run.status).toBe(0);
  const environments = JSON.parse(run.stdout) as { name: string; live?: unknown }[];
  return environments.map(({ name, live }) => ({ name, live }));
}

test('status tells what is live where Argo CD can be asked', async () => {
  expect(await readLive(room.well())).toEqual([
    {
      name: 'dev',
      live: {
        application: 'orders-dev',
        asInGit: true,
        state: `Synced at ${room.tags[1]}, Healthy, sync Succeeded`,
      },
    },
    { name: 'staging' },
    { name: 'production' },
  ]);
});

test('a cluster that runs something else than Git says is marked', async () => {
  const [commit, , newer] = room.commits;
  expect(newer).not.toBe(commit);
  await using server = await serveArgo({ applications: [room.well({ commit, tag: room.tags[0] })] });
  const run = await room.sandbox.gitops(room.checkout, ['status'], variables(server.host));
  expect(run.stdout.split('\n')[1]).toContain(
    `open   not as in Git: Synced at ${room.tags[0]}, Healthy, sync of ${room.tags[0]} Succeeded`,
  );
});

test('an Argo CD that is not well does not keep status from telling what Git says', async () => {
  expect(await readLive(badGateway)).toContainEqual({
    name: 'dev',
    live: {
      application: 'orders-dev',
      state: expect.stringMatching(/^127\.0\.0\.1:\d+ answered 502$/),
    },
  });
});
