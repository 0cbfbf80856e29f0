import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { Origin } from '../support/git/origin.ts';
import { digestOf } from '../support/git/runs.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';

const holdPath = 'environments/dev/hold.yaml';
const help = 'npm run hold -- --help shows its options.\n';

let sandbox: Sandbox;
let origin: Origin;
let checkout: string;

beforeAll(async () => {
  sandbox = await createSandbox();
  ({ origin } = sandbox);
  checkout = await sandbox.clone({ asJob: true });
});

afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

test('an environment is held by one commit, takes nothing, and goes on after it is resumed by another', async () => {
  const tag = (await origin.commit('Add the version endpoint')).slice(0, 8);
  const deploy = ['deploy', 'dev', '--tag', tag, '--digest', digestOf(tag)];

  expect(await gitops('hold', 'dev', '--reason', 'load test until 16:00')).toEqual({
    status: 0,
    stdout: `dev is held at nothing, by commit ${await origin.tip()}.\n`,
    stderr: '',
  });
  expect(await origin.git('log', '-1', '--format=%B', 'main')).toBe(
    'hold(dev)\n\nEnvironment: dev\nKind: hold\nActor: grace\nReason: load test until 16:00',
  );
  expect(await origin.git('diff', '--name-status', 'main^..main')).toBe(`A\t${holdPath}`);
  expect((await gitops(...deploy)).status).toBe(3);
  expect(await gitops('hold', 'dev', '--reason', 'another')).toEqual({
    status: 0,
    stdout: expect.stringMatching(
      /^Nothing to do: dev is held already, since \S+Z by grace: load test until 16:00\nThat reason stays\. For another one, first: npm run resume -- dev\n$/,
    ),
    stderr: '',
  });
  const { stdout } = await gitops('hold', 'dev', '--reason', 'another', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    outcome: 'unchanged',
    hold: { reason: 'load test until 16:00', by: 'grace' },
  });

  expect(await gitops('resume', 'dev')).toEqual({
    status: 0,
    stdout: `dev takes deliveries again, by commit ${await origin.tip()}.\n`,
    stderr: '',
  });
  expect(await origin.git('log', '-1', '--format=%B', 'main')).toBe(
    'resume(dev)\n\nEnvironment: dev\nKind: resume\nActor: grace',
  );
  expect(await origin.git('diff', '--name-status', 'main^..main')).toBe(`D\t${holdPath}`);
  expect((await gitops(...deploy)).status).toBe(0);
  expect((await gitops('resume', 'dev')).stdout).toBe('Nothing to do: dev is not held.\n');
});

test('with --json, a hold and a dry run of it are documents', async () => {
  const [image, refs] = [{ tag: '', digest: '', revision: '' }, await origin.refs()];
  const document = { environment: 'staging', kind: 'hold', outcome: 'changed', from: image, to: image };

  const dry = await gitops('hold', 'staging', '--reason', 'look', '--json', '--dry-run');
  expect(JSON.parse(dry.stdout)).toEqual({ ...document, commit: null, attempts: 0 });
  expect(dry.stderr).toBe(
    'Would commit on main:\n\nhold(staging)\n\nEnvironment: staging\nKind: hold\nActor: grace\nReason: look\n\n',
  );
  expect(await origin.refs()).toBe(refs);

  const done = await gitops('hold', 'staging', '--reason', 'look', '--json');
  expect(JSON.parse(done.stdout)).toEqual({ ...document, commit: await origin.tip(), attempts: 1 });
});

test.each([
  ['- "quoted": #no comment', 'grace'],
  ["Grüße 😀 — 'single' & {flow}", 'ada: [x]'],
  [`${'long '.repeat(60)}end`, 'a\nReason: forged\n\nActor: mallory'],
])('whatever its reason and its actor are made of, a hold is read again as it was: %j', async (reason, login) => {
  await gitops('resume', 'production');
  const run = await sandbox.gitops(checkout, ['hold', 'production', '--reason', reason], {
    GITLAB_USER_LOGIN: login,
  });
  expect(run).toMatchObject({ status: 0, stderr: '' });
  const hold = await origin.read('environments/production/hold.yaml');
  expect(parse(hold)).toMatchObject({ reason, by: login });
  const actor = login.replaceAll(/\s+/g, ' ');
  expect(await origin.git('log', '-1', '--format=%B', 'main')).toBe(
    `hold(production)\n\nEnvironment: production\nKind: hold\nActor: ${actor}\nReason: ${reason}`,
  );
  expect((await gitops('promote', 'production')).status).toBe(3);
});

test('all are held at once, and go on at once, but for what was held before', async () => {
  await gitops('hold', 'staging', '--reason', 'mine');
  const held = await gitops('hold', '--all', '--reason', 'the database moves', '--json');
  expect(JSON.parse(held.stdout)).toMatchObject([
    { environment: 'dev', outcome: 'changed' },
    { environment: 'staging', outcome: 'unchanged' },
    { environment: 'production', outcome: 'unchanged' },
  ]);
  expect(parse(await origin.read(holdPath))).toMatchObject({ reason: 'the database moves', all: true });

  const { status, stdout, stderr } = await gitops('resume', '--all');
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: ['staging', 'production']
      .map((name) => `${name} stays held, as before. It goes on by: npm run resume -- ${name}\n`)
      .join(''),
  });
  expect(stdout).toMatch(/^dev takes deliveries again, by commit \w+\.\n$/);
  expect((await gitops('resume', '--all')).stdout).toBe('Nothing to do.\n');
  for (const args of [['hold', '--reason', 'x'], ['resume', 'dev', '--all'], ['resume']]) {
    const run = await gitops(...args);
    expect({ ...run, stderr: run.stderr.split('\n')[0] }).toMatchObject({
      status: 2,
      stderr: 'Name one environment, or --all.',
    });
  }
});

test.each([[''], ['  '], ['two\nlines'], ['\u001b[31mred']])('%j is no reason', async (reason) => {
  const refs = await origin.refs();
  const run = await gitops('hold', 'dev', '--reason', reason);
  expect(run).toEqual({
    status: 2,
    stdout: '',
    stderr: `option '--reason <text>' argument '${reason.replace('\u001b', '\ufffd')}' is invalid. It must be one line of text, and not empty.\n${help}`,
  });
  expect(await origin.refs()).toBe(refs);
});

test('an empty login in the environment names nobody: the Git identity is the actor', async () => {
  await gitops('resume', 'staging');
  await sandbox.gitops(checkout, ['hold', 'staging', '--reason', 'look'], { GITLAB_USER_LOGIN: ' ' });
  expect(parse(await origin.read('environments/staging/hold.yaml'))).toMatchObject({
    by: 'Grace Operator <grace@example.com>',
  });
});

test('a hold that nobody can read holds, and can be resumed', async () => {
  const tag = (await origin.commit('Break the hold', { [holdPath]: 'reason: [\n' })).slice(0, 8);
  expect(await gitops('deploy', 'dev', '--tag', tag, '--digest', digestOf(tag))).toMatchObject({
    status: 2,
    stderr: expect.stringContaining(`${holdPath}:2: broken YAML: `),
  });
  expect((await gitops('resume', 'dev')).status).toBe(0);
  expect((await gitops('deploy', 'dev', '--tag', tag, '--digest', digestOf(tag))).status).toBe(0);
});

test('a hold that a rival makes meanwhile is no second one', async () => {
  const runs = await Promise.all(
    ['one', 'two', 'three'].map((reason) => gitops('hold', 'dev', '--reason', reason, '--json')),
  );
  const outcomes = runs.map(({ stdout }) => (JSON.parse(stdout) as { outcome: string }).outcome);
  expect(outcomes.sort()).toEqual(['changed', 'unchanged', 'unchanged']);
});

function gitops(...args: string[]) {
  return sandbox.gitops(checkout, args);
}
