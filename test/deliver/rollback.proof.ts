import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { flow } from '../support/git/flow.ts';
import { runningValues } from '../support/git/origin.ts';
import type { Files, Origin } from '../support/git/origin.ts';
import { digestOf, holds, runs } from '../support/git/runs.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';

const valuesPath = 'environments/production/values.yaml';
const reason = ['--reason', 'errors since 14:00'];
const lists = 'npm run history -- production lists what it ran.';

// One sandbox serves all, each on a branch of its own.
let sandbox: Sandbox;
let origin: Origin;
let checkout: string;
let [first, second, third, never] = ['', '', '', ''];

beforeAll(async () => {
  sandbox = await createSandbox();
  ({ origin } = sandbox);
  [first = '', second = '', third = '', never = ''] = (
    await origin.commitAll(['First', 'Second', 'Third', 'Never delivered'])
  ).map((sha) => sha.slice(0, 8));
  checkout = await sandbox.clone({ asJob: true });
});

afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

test('an environment returns to the release before, with the digest of then, and is held by the same commit', async () => {
  const branch = await ran('before', [first, second]);
  const before = await origin.tip(branch);

  expect(await rollback(branch)).toEqual({
    status: 0,
    stdout: `production is to run ${first} instead of ${second}, by commit ${await origin.tip(branch)}.
It is held there, until: npm run resume -- production
To know when it is live: npm run wait -- production
`,
    stderr: '',
  });
  expect(await origin.git('log', '--format=%B', `${before}..${branch}`)).toBe(`rollback(production): ${first}

Second

Environment: production
Kind: rollback
From: ${second}
To: ${first}
Digest: ${digestOf(first)}
Revision: ${await origin.git('rev-parse', first)}
Actor: grace
Reason: errors since 14:00`);
  expect(await origin.read(valuesPath, branch)).toBe(await origin.runningValues('production', first, digestOf(first)));
  const since = new Date(Number(await origin.git('log', '-1', '--format=%ct', branch)) * 1000);
  const hold = await origin.read('environments/production/hold.yaml', branch);
  expect(hold).toMatch(/^reason: errors since 14:00\nby: grace\nsince: \S+\n$/);
  expect(hold).toContain(`since: ${since.toISOString().slice(0, -5)}`);
});

test('a release that is left and has a migration is warned of, when the way back is made', async () => {
  const branch = 'migrated';
  const job =
    'apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: migrate\n  annotations: { helm.sh/hook: pre-upgrade }\n';
  const path = 'helm-chart/templates/migrate.yaml';
  const commits = [{}, { [path]: job }, { [path]: undefined }].map(
    (files, index) => () => origin.commit(`Change ${index}`, files, branch),
  );
  const tags: string[] = [];
  for (const commit of commits) tags.push((await commit()).slice(0, 8));
  const [before = '', migrating = ''] = tags;
  for (const tag of tags) await origin.commit(`promote(production): ${tag}`, runs({ production: tag }), branch);
  const warned = `Before its pods started, ${migrating} migrated, and there is no migration back: what production returns to must bear what that has left. "Migrations" in helm-chart/README.md says how.\n`;
  expect(await rollback(branch, '--to', migrating)).toMatchObject({ status: 0, stderr: '' });
  await origin.commit('resume(production)', { 'environments/production/hold.yaml': undefined }, branch);
  expect(await rollback(branch, '--to', before)).toMatchObject({ status: 0, stderr: warned });
});

test('a second rollback goes further back, under its own hold, which tells the new reason', async () => {
  const branch = await ran('twice', [first, second, third]);
  expect((await rollback(branch)).stdout).toContain(`production is to run ${second} instead of ${third}, by`);
  const again = await sandbox.gitops(checkout, [...command(branch), '--reason', 'still errors']);
  expect(again).toMatchObject({ status: 0, stderr: '' });
  expect(again.stdout).toContain(`production is to run ${first} instead of ${second}, by`);
  expect(await origin.read('environments/production/hold.yaml', branch)).toMatch(/^reason: still errors\nby: grace\n/);
  const { stdout } = await sandbox.gitops(checkout, ['audit', '--branch', branch, '--since', '1h']);
  expect(stdout).not.toContain('held');
  expect((await rollback(branch)).stderr).toBe(`production has run nothing before ${first}.\n${lists}\n`);
});

test('somebody else who goes back in the same moment goes no further, unless the release is named', async () => {
  const branch = await ran('somebody-else', [first, second, third]);
  expect((await rollback(branch)).status).toBe(0);
  const somebody = (...args: string[]) =>
    sandbox.gitops(checkout, [...command(branch), ...reason, ...args], { GITLAB_USER_LOGIN: 'ada' });
  const { status, stderr } = await somebody();
  expect(status).toBe(3);
  expect(stderr).toMatch(
    /^production is held since \S+ by grace: errors since 14:00\nWhen its reason is gone, run: npm run resume -- production\n$/,
  );
  expect((await somebody('--to', second)).stdout).toBe(`Nothing to do: production runs ${second} already.\n`);
  expect((await somebody('--to', first)).status).toBe(0);
  expect(await origin.read(valuesPath, branch)).toContain(first);
});

test('who loses a race against a rollback goes no further back than that', async () => {
  const branch = await ran('raced', [first, second, third]);
  const before = await origin.tip(branch);
  expect((await rollback(branch)).status).toBe(0);
  const faster = await origin.tip(branch);
  await origin.git('update-ref', `refs/heads/${branch}`, before);
  const move = `git --git-dir='${origin.directory}' update-ref refs/heads/${branch} ${faster}`;
  await sandbox.wrap('git', `case " $* " in *' push '*) ${move} ;; esac`);
  const { status, stderr } = await rollback(branch);
  await rm(join(sandbox.bin, 'git'));
  expect({ status, tip: await origin.tip(branch) }).toEqual({ status: 3, tip: faster });
  expect(stderr).toContain(`${branch} has moved: deciding again\nproduction is held since `);
});

test.each([
  ['its tag', () => first],
  ['a shorter abbreviation', () => first.slice(0, 7)],
  ['the whole SHA', () => origin.git('rev-parse', first)],
])('the release to return to is named by %s', async (name, find) => {
  const branch = await ran(`to-${name.replaceAll(' ', '-')}`, [first, second, third]);
  const { status, stdout } = await rollback(branch, '--to', await find(), '--json');
  expect({ status, document: JSON.parse(stdout) as unknown }).toEqual({
    status: 0,
    document: {
      environment: 'production',
      kind: 'rollback',
      outcome: 'changed',
      from: { tag: third, digest: digestOf(third), revision: '' },
      to: await origin.release(first, digestOf(first)),
      commit: await origin.tip(branch),
      attempts: 1,
    },
  });
});

test('neither freeze nor soak keeps an environment from going back', async () => {
  const rules = flow({ production: { soak: '7d' }, freeze: { environments: ['production'] } });
  const branch = await ran('frozen', [first, second], rules);
  expect(await rollback(branch)).toMatchObject({ status: 0, stderr: '' });
});

test.each([
  ['a slip in the flow', { 'environments/flow.yaml': 'environments: [' }],
  ['no flow', { 'environments/flow.yaml': undefined }],
  ['a folder that is gone', { 'environments/dev/values.yaml': undefined }],
  ['values of another environment that are broken', { 'environments/dev/values.yaml': 'image: {tag: "' }],
])('%s keeps no environment from going back', async (how, files) => {
  const branch = await ran(how.replaceAll(' ', '-'), [first, second]);
  await origin.commit('Break it', files, branch);
  expect(await rollback(branch)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(`production is to run ${first} instead of ${second}, by`),
  });
});

test('a rollback that went too far is corrected by naming a release in between, whose own commits come back', async () => {
  const branch = await ran('too-far', [first, second, third]);
  await origin.commit('Go back by hand', runs({ production: first }), branch);
  expect(await rollback(branch, '--to', second)).toMatchObject({ status: 0, stderr: '' });
  expect(await origin.git('log', '-1', '--format=%B', branch)).toMatch(
    /^rollback\(production\): \S+\n\nSecond\n\nEnvironment: production\n/,
  );
});

test('what was written by hand and is no release is left, and passed over', async () => {
  const left = await ran('left', [first, second, '0123456789abcdef']);
  expect((await rollback(left)).stdout).toContain(`production is to run ${second} instead of 0123456789abcdef, by`);
  const passed = await ran('passed', [first, '0123456789abcdef', second]);
  expect((await rollback(passed)).stdout).toContain(`production is to run ${first} instead of ${second}, by`);
});

test('an environment that was emptied returns to what it ran last', async () => {
  const branch = await ran('emptied', [first, second, '']);
  expect((await rollback(branch)).stdout).toContain(`production is to run ${second} instead of nothing, by`);
});

interface Refusal {
  name: string;
  prepare: () => Promise<string>;
  args?: () => string[];
  status?: number;
  code: string;
  message: () => string;
  hint: string;
}

const refusals: Refusal[] = [
  {
    name: 'to what the environment never ran',
    prepare: () => ran('never', [first, second]),
    args: () => ['--to', never],
    code: 'never-ran',
    message: () => `production has never run ${never}.`,
    hint: lists,
  },
  {
    name: 'to what is no release, though it ran',
    prepare: () => ran('no-release', [first, '0123456789abcdef', second]),
    args: () => ['--to', '0123456789abcdef'],
    code: 'unrelated',
    message: () => '0123456789abcdef does not name exactly one commit of the branch.',
    hint: 'A release is a commit of the branch that the deliveries go to: git log --oneline shows them.',
  },
  {
    name: 'where there is nothing before',
    prepare: () => ran('nothing-before', [first]),
    code: 'nothing-to-roll-back',
    message: () => `production has run nothing before ${first}.`,
    hint: lists,
  },
  {
    name: 'where nothing ever ran',
    prepare: () => ran('nothing', []),
    code: 'nothing-to-roll-back',
    message: () => 'production has run nothing before now.',
    hint: lists,
  },
  {
    name: 'while the environment is held',
    prepare: () => ran('held', [first, second], holds('production')),
    code: 'held',
    message: () => 'production is held since 2026-09-21T10:00:00.000Z by ada: look into it',
    hint: 'When its reason is gone, run: npm run resume -- production',
  },
  {
    name: 'to a tag that is none',
    prepare: () => ran('no-tag', [first, second]),
    args: () => ['--to', 'HEAD~1'],
    status: 2,
    code: 'invalid-tag',
    message: () => `--to: "HEAD~1" is not the tag of a release.`,
    hint: 'Give a commit SHA of 7 to 40 lowercase hexadecimal digits, such as 3f9c1b2a.',
  },
];

test.each(refusals)('a rollback is refused $name', async ({ prepare, args = () => [], status = 3, ...expected }) => {
  const branch = await prepare();
  const refs = await origin.refs();
  const run = await rollback(branch, ...args(), '--json');
  expect({ status: run.status, stderr: run.stderr }).toEqual({ status, stderr: '' });
  const { code, hint } = expected;
  expect(JSON.parse(run.stdout)).toEqual({ error: { code, message: expected.message(), hint } });
  expect(await origin.refs()).toBe(refs);
});

test('a rollback without a reason is refused', async () => {
  expect(await sandbox.gitops(checkout, ['rollback', 'production'])).toEqual({
    status: 2,
    stdout: '',
    stderr: "required option '--reason <text>' not specified\n" + 'npm run rollback -- --help shows its options.\n',
  });
});

/** A branch on which production ran the releases, one after the other. */
async function ran(branch: string, releases: readonly string[], files: Files = {}): Promise<string> {
  await origin.commit('Prepare', files, branch);
  for (const tag of releases) {
    const values = tag === '' ? { [valuesPath]: runningValues('production', '', '') } : runs({ production: tag });
    await origin.commit(`promote(production): ${tag}`, values, branch);
  }
  return branch;
}

function command(branch: string): string[] {
  return ['rollback', 'production', '--branch', branch];
}

function rollback(branch: string, ...options: string[]) {
  return sandbox.gitops(checkout, [...command(branch), ...reason, ...options]);
}
