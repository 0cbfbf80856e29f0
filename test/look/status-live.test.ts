import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { badGateway, serveArgo } from '../support/argocd/server.ts';
import type { Recorded } from '../support/argocd/server.ts';
import { namedApplications } from '../support/git/applicationset.ts';
import { runs } from '../support/git/runs.ts';
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
        healthy: true,
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
  const [, row, note] = run.stdout.split('\n');
  expect(row).toMatch(/ open +not as in Git$/);
  expect(note).toBe(`  live: Synced at ${room.tags[0]}, Healthy, sync of ${room.tags[0]} Succeeded`);
});

test('the board marks it too', async () => {
  await using server = await serveArgo({ applications: [room.well({ commit: room.commits[0], tag: room.tags[0] })] });
  const output = join(room.sandbox.folder, 'public');
  const run = await room.sandbox.gitops(room.checkout, ['board', '--output', output], variables(server.host));
  expect(run.status).toBe(0);
  const [, dev = ''] = (await readFile(join(output, 'index.html'), 'utf8')).split('<article ');
  expect(dev).toContain('<li class="wait">not as in Git</li>');
  expect(dev).toContain(`In the cluster: Synced at ${room.tags[0]}, Healthy`);
});

test('a release that is not well is marked', async () => {
  await using server = await serveArgo({ applications: [room.well({ health: 'Degraded' })] });
  const run = await room.sandbox.gitops(room.checkout, ['status'], variables(server.host));
  const [heading = '', row, note] = run.stdout.split('\n');
  expect(heading).toMatch(/ STATE +LIVE$/);
  expect(row).toMatch(/ open +not healthy$/);
  expect(note).toBe(`  live: Synced at ${room.tags[1]}, Degraded, sync Succeeded`);
});

test('all environments are asked for by one question, and one that Argo CD does not show is unknown', async () => {
  const { sandbox, checkout, tags } = room;
  const both = { ...runs({ staging: tags[0] }), ...namedApplications };
  await sandbox.origin.commit('Run in staging too', both, 'both');
  await using server = await serveArgo({ applications: [room.well()] });
  const args = ['status', '--branch', 'both'];
  const { status, stdout, stderr } = await sandbox.gitops(checkout, args, variables(server.host));
  expect(server.questions).toEqual(['/api/v1/applications?project=orders-dev&project=orders-staging']);
  const state = 'Argo CD has no Application orders-staging, or none that this token may see';
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: `What is live in staging is unknown: ${state}.\n`,
  });
  expect(stdout.match(/\S+$/gm)).toEqual(['LIVE', 'healthy', 'unknown', '-']);
});

test('what is live costs no process of Git', async () => {
  const { sandbox, checkout } = room;
  const calls = join(sandbox.folder, 'calls');
  await sandbox.wrap('git', `echo "$*" >>'${calls}'`);
  const count = async (env: NodeJS.ProcessEnv) => {
    await writeFile(calls, '');
    expect((await sandbox.gitops(checkout, ['status'], env)).status).toBe(0);
    return (await readFile(calls, 'utf8')).split('\n').length;
  };
  await using server = await serveArgo({ applications: [room.well()] });
  expect(await count(variables(server.host))).toBe(await count({}));
  await rm(join(sandbox.bin, 'git'));
});

test.each([
  [
    'whose token has expired',
    { ARGOCD_AUTH_TOKEN: 'expired' },
    /: \S+ answered 401: invalid session: token is expired\nGive ARGOCD_AUTH_TOKEN a token that has not expired: .*\n$/,
  ],
  ['for which there is no token', { ARGOCD_AUTH_TOKEN: '' }, /: Not set, or empty: ARGOCD_AUTH_TOKEN\.\n.*\n$/],
])('an Argo CD %s does not keep status from telling what Git says', async (_, env, words) => {
  await using server = await serveArgo({ applications: [room.well()] });
  const variablesHere = { ...variables(server.host), ...env };
  const { status, stdout, stderr } = await room.sandbox.gitops(room.checkout, ['status'], variablesHere);
  expect(status).toBe(0);
  expect(stdout.split('\n')[1]).toMatch(new RegExp(`^dev +${room.tags[1]} .* open +unknown$`));
  expect(stderr).toMatch(new RegExp(`^What is live is unknown${words.source}`));
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
