import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { announce } from '../../scripts/gitlab/announce.ts';
import { findGitLab } from '../../scripts/gitlab/gitlab.ts';
import { review } from '../../scripts/look/review.ts';
import { createOperator } from '../support/command/operator.ts';
import { digest, deployRelease } from '../support/command/delivery.ts';
import { openWaitingRoom, type WaitingRoom } from '../support/command/waiting-room.ts';
import { GitLabServer, tokens } from '../support/gitlab/server.ts';
import { findDeadHost, listen } from '../support/process/loopback.ts';

let room: WaitingRoom;
let gitlab: GitLabServer;

beforeEach(async () => {
  room = await openWaitingRoom();
  const { origin } = room.sandbox;
  gitlab = await GitLabServer.start((sha) =>
    origin.git('cat-file', '-t', sha).then(
      (type) => type === 'commit',
      () => false,
    ),
  );
});

afterEach(async () => {
  await gitlab[Symbol.asyncDispose]();
  await room[Symbol.asyncDispose]();
});

test('the page of an environment has the commit of the release, first running, then as the verdict says', async () => {
  const { tag } = await deploy(gitlab.job);
  const sha = await find(tag);
  expect(gitlab.page('dev')).toEqual([{ sha, status: 'running' }]);
  await wait('failed', tag);
  expect(gitlab.page('dev')).toEqual([{ sha, status: 'failed' }]);
  await wait('healthy', tag);
  expect(gitlab.page('dev')).toEqual([{ sha, status: 'success' }]);
  await wait('healthy', tag);
  expect(gitlab.page('dev')).toEqual([{ sha, status: 'success' }]);
  expect(gitlab.questions.filter((question) => !question.endsWith(' 200'))).toEqual([
    'POST projects/7/deployments 201',
  ]);
});

test('what somebody merged is recorded by who waits for it, and a rollback as another deployment', async () => {
  await wait('healthy', room.tags[1]);
  expect(gitlab.page('dev')).toEqual([{ sha: room.commits[1], status: 'success' }]);
  const { tag } = await deploy(gitlab.job);
  const back = await gitops(['rollback', 'dev', '--reason', 'errors'], gitlab.job);
  expect(back).toMatchObject({ status: 0, stderr: '' });
  expect(gitlab.page('dev')).toEqual([
    { sha: room.commits[1], status: 'success' },
    { sha: await find(tag), status: 'running' },
    { sha: room.commits[1], status: 'running' },
  ]);
});

test('a dry run records nothing, and what a job has recorded by itself is left alone', async () => {
  const { tag } = await deploy(gitlab.job);
  const sha = await find(tag);
  const [made] = gitlab.deployments;
  if (made) made.deployable = { id: 1 };
  await gitops(['rollback', 'dev', '--reason', 'errors', '--dry-run'], gitlab.job);
  expect(gitlab.page('dev')).toEqual([{ sha, status: 'running' }]);
  await wait('healthy', tag);
  expect(gitlab.page('dev')).toEqual([
    { sha, status: 'running' },
    { sha, status: 'success' },
  ]);
});

test.each(['http://HOST/acme/orders.git', 'http://HOST/acme/orders/'])(
  'on a laptop the address of the remote, %s, names the project, and GITLAB_TOKEN opens it',
  async (address) => {
    const operator = createOperator(room.sandbox, room.checkout);
    const place = { ...operator, env: { GITLAB_TOKEN: ` ${tokens.api}\n` } };
    const deployment = { environment: 'dev', sha: room.commits[1], status: 'running' } as const;
    await announce(place, address.replace('HOST', gitlab.host), { deployment });
    expect(operator.lines).toEqual([]);
    expect(gitlab.page('dev')).toEqual([{ sha: room.commits[1], status: 'running' }]);
    expect(gitlab.questions[0]).toMatch(/^GET projects\/acme%2Forders\/deployments 200$/);
  },
);

test('the merge request of a change has one note, which says where it has come, and what it came back from', async () => {
  const env = { ...gitlab.job, GITLAB_TOKEN: tokens.api };
  const { origin } = room.sandbox;
  const sha = await origin.commit('Add a thing');
  gitlab.requests.set(sha, [
    { iid: 5, state: 'merged' },
    { iid: 6, state: 'opened' },
  ]);
  gitlab.notes.set(5, [{ id: 1, body: '<!-- gitops -->\n\nforged', author: { id: 99 } }]);
  await review(
    { ...createOperator(room.sandbox, room.checkout), env: { ...room.sandbox.env, ...env, CI_MERGE_REQUEST_IID: '5' } },
    {},
  );
  const tag = sha.slice(0, 8);
  await gitops(['deploy', 'dev', '--tag', tag, '--digest', digest], env);
  const [forged, note, ...others] = gitlab.notes.get(5) ?? [];
  expect([forged?.body, others, gitlab.notes.has(6)]).toEqual(['<!-- gitops -->\n\nforged', [], false]);
  expect(note?.body).toMatch(/^<!-- gitops -->\n\n\*\*The rules allow it\.\*\*\n[^]+\n- dev: [0-9a-f]{8} since \S+Z/);
  await gitops(['rollback', 'dev', '--reason', 'errors since `14:00`, see @everyone'], env);
  expect(gitlab.notes.get(5)).toHaveLength(2);
  expect(gitlab.notes.get(5)?.[1]?.body).toContain(
    `\n- dev: back to ${room.tags[1]} since ${new Date().toISOString().slice(0, 10)}`,
  );
  expect(gitlab.notes.get(5)?.[1]?.body).toContain(': `` errors since `14:00`, see @everyone ``');
  expect(gitlab.notes.get(5)?.[1]?.body).toContain('**The rules allow it.**');
});

test.each([
  ['git@gitlab.example.com:acme/back end/orders.git', 'projects/acme%2Fback%20end%2Forders'],
  ['ssh://git@gitlab.example.com:2222/acme/orders', 'projects/acme%2Forders'],
  ['https://gitlab.example.com/acme/orders.git', 'projects/acme%2Forders'],
  ['http://gitlab.example.com/acme/orders.git', undefined],
  ['/srv/git/orders.git', undefined],
])('the remote %s is the project %s', (remote, project) => {
  const signal = new AbortController().signal;
  expect(findGitLab(remote, { GITLAB_TOKEN: tokens.api }, signal)?.project).toBe(project);
});

test('the token of a job goes to no host but that of the job', () => {
  const signal = new AbortController().signal;
  const remote = 'https://gitlab.example.com/acme/orders.git';
  expect(findGitLab(remote, { CI_JOB_TOKEN: tokens.job }, signal)).toBeUndefined();
  expect(findGitLab(remote, gitlab.job, signal)?.project).toBe('projects/7');
});

test.each<{ what: string; env: () => NodeJS.ProcessEnv; told: RegExp }>([
  {
    what: 'a token that may not',
    env: () => ({ GITLAB_TOKEN: tokens.read }),
    told: /answered POST projects\/7\/deployments with 403: "insufficient_scope"\./,
  },
  {
    what: 'a token that has expired',
    env: () => ({ GITLAB_TOKEN: 'glpat-gone' }),
    told: /answered GET projects\/7\/deployments with 401: "401 Unauthorized"\./,
  },
  {
    what: 'a limit that lasts',
    env: () => {
      gitlab.limited = 9;
      return {};
    },
    told: /answered GET projects\/7\/deployments with 429: "no reason"\./,
  },
])('$what is a line, and the delivery stands', async ({ env, told }) => {
  const { tag, status, stderr } = await deploy({ ...gitlab.job, ...env() });
  expect(status).toBe(0);
  expect(stderr).toMatch(told);
  expect(stderr).not.toContain('glpat');
  expect(await room.sandbox.origin.git('log', '-1', '--format=%s', 'main')).toBe(`deploy(dev): ${tag}`);
});

test('a server that is away, and a limit that ends, keep nobody waiting', async () => {
  const away = { CI_API_V4_URL: `http://${await findDeadHost()}/api/v4` };
  expect((await deploy({ ...gitlab.job, ...away })).stderr).toContain('could not be asked: connect ECONNREFUSED');
  gitlab.limited = 1;
  const { tag, stderr } = await deploy(gitlab.job);
  expect(stderr).toBe('');
  expect(gitlab.page('dev')).toEqual([{ sha: await find(tag), status: 'running' }]);
});

test('a webhook gets a line for a delivery, a failed verdict, a rollback and a hold, and its address is not shown', async () => {
  const lines: unknown[] = [];
  let status = 200;
  await using chat = await listen((request, response) => {
    void json(request).then((body) => {
      lines.push(body);
      response.writeHead(status).end('ok');
    });
  });
  const env = { GITOPS_WEBHOOK_URL: `http://${chat.host}/hooks/a-secret-path` };
  const { tag } = await deploy(env);
  expect((await deploy({ GITOPS_WEBHOOK_URL: 'nowhere' })).stderr).toContain('GITOPS_WEBHOOK_URL is not an address');
  await gitops(['rollback', 'dev', '--reason', 'errors', '--to', room.tags[1]], env);
  await gitops(['resume', 'dev'], env);
  const degraded = room.well({ health: 'Degraded' });
  await expect(room.play([degraded], { env })).rejects.toMatchObject({ code: 'unhealthy' });
  status = 404;
  const { status: exit, stderr } = await gitops(['hold', 'dev', '--reason', 'load test'], env);
  expect([exit, stderr]).toEqual([
    0,
    expect.stringMatching(/^Done, and not told everywhere: 127\S+ answered with 404\./),
  ]);
  expect(stderr).not.toContain('a-secret-path');
  expect(lines).toEqual([
    { text: `deploy(dev): ${tag} by grace` },
    { text: `rollback(dev): ${room.tags[1]} by grace: errors` },
    { text: 'resume(dev) by grace' },
    { text: expect.stringMatching(`^dev: ${room.tags[1]} is not healthy: Synced at ${room.tags[1]}, Degraded`) },
    { text: 'hold(dev) by grace: load test' },
  ]);
});

function deploy(env: NodeJS.ProcessEnv) {
  return deployRelease(room.sandbox, room.checkout, { env });
}

function gitops(args: readonly string[], env: NodeJS.ProcessEnv) {
  return room.sandbox.gitops(room.checkout, args, env);
}

function find(tag: string): Promise<string> {
  return room.sandbox.origin.git('rev-parse', tag);
}

/** Waits until dev is healthy, or has failed, with the release of a tag. */
async function wait(state: 'healthy' | 'failed', tag: string): Promise<void> {
  const commit = await find(tag);
  const answer = room.well({ commit, tag, digest, health: state === 'healthy' ? 'Healthy' : 'Degraded' });
  const waited = room.play([answer], { env: gitlab.job });
  if (state === 'healthy') await waited;
  else await expect(waited).rejects.toMatchObject({ code: 'unhealthy' });
}
