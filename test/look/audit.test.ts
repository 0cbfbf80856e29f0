import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { audit } from '../../scripts/look/audit.ts';
import { flow } from '../support/git/flow.ts';
import { createOperator } from '../support/command/operator.ts';
import { runningValues } from '../support/git/origin.ts';
import type { Files, Origin } from '../support/git/origin.ts';
import { digestOf, holds, runs } from '../support/git/runs.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';

const rules = flow({
  staging: { soak: '30m' },
  production: { via: 'merge-request' },
  freeze: { environments: ['staging'], from: '2026-10-01T00:00:00Z', to: '2026-10-02T00:00:00Z' },
});

interface Step {
  /** Day and time in autumn 2026, as in `09-22 10:00`. */
  at: string;
  title?: string;
  files: () => Files;
}

// One sandbox serves all, since nothing is written.
let sandbox: Sandbox;
let origin: Origin;
let checkout: string;
let [older, newer, beside] = ['', '', ''];

beforeAll(async () => {
  sandbox = await createSandbox();
  ({ origin } = sandbox);
  origin.time = new Date('2026-09-21T12:00:00Z');
  await origin.commit('Set the rules', rules);
  [older = '', newer = ''] = (await origin.commitAll(['Older', 'Newer'])).map((sha) => sha.slice(0, 8));
  beside = (await origin.commit('Try something', {}, 'beside')).slice(0, 8);
  checkout = await sandbox.clone({ asJob: true });
});

afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

const deploy: Step = { at: '09-22 10:00', files: () => runs({ dev: older }) };
const promote: Step = { at: '09-22 10:30', files: () => runs({ staging: older }) };

test('a history in which every rule was kept has no breach', async () => {
  const branch = await write('kept', [
    deploy,
    promote,
    { at: '09-22 11:00', files: () => runs({ dev: newer }) },
    // A merge request may be merged when its source has moved on.
    { at: '09-22 12:00', files: () => runs({ staging: newer }) },
    { at: '09-22 13:00', files: () => runs({ production: older }) },
    // Neither soak nor freeze keeps from going back, and the hold comes with it.
    {
      at: '10-01 12:00',
      title: 'rollback(staging): OLDER',
      files: () => ({ ...runs({ staging: older }), ...holds('staging') }),
    },
    { at: '10-03 12:00', files: () => ({ 'environments/staging/hold.yaml': undefined }) },
    { at: '10-03 12:01', files: () => runs({ staging: newer }) },
    {
      at: '10-03 12:02',
      files: () => ({
        'environments/staging/values.yaml': runningValues('staging', newer, digestOf(newer)).replace(
          '1\n',
          '5\n',
        ),
      }),
    },
  ]);
  expect(await gitops(branch)).toEqual({ status: 0, stdout: 'No change broke a rule.\n', stderr: '' });
  expect((await gitops(branch, '--json')).stdout).toBe('[]\n');
});

interface Breach {
  name: string;
  steps: Step[];
  rule: string;
  environment?: string;
  message: () => string;
}

const breaches: Breach[] = [
  {
    name: 'a release that came past the environment before',
    steps: [deploy, { at: '09-22 11:00', files: () => runs({ staging: newer }) }],
    rule: 'out-of-order',
    message: () => 'staging takes what dev runs, and nothing else.',
  },
  {
    name: 'another digest than the one that was tested',
    steps: [
      deploy,
      {
        at: '09-22 11:00',
        files: () => ({ 'environments/staging/values.yaml': runningValues('staging', older, digestOf('9')) }),
      },
    ],
    rule: 'out-of-order',
    message: () => 'staging takes what dev runs, and nothing else.',
  },
  {
    name: 'a release that came before it had run long enough',
    steps: [deploy, { at: '09-22 10:29', files: () => runs({ staging: older }) }],
    rule: 'not-soaked',
    message: () =>
      `staging takes what has run in dev for 30m; ${older} will have at 2026-09-22T10:30:00.000Z.`,
  },
  {
    name: 'a delivery in a freeze',
    steps: [deploy, { at: '10-01 23:59', files: () => runs({ staging: older }) }],
    rule: 'frozen',
    message: () => 'staging is frozen until 2026-10-02T00:00:00.000Z: stock-taking',
  },
  {
    name: 'a delivery into what was held',
    steps: [
      deploy,
      { at: '09-22 10:10', files: () => holds('staging') },
      {
        at: '09-22 11:00',
        files: () => ({ ...runs({ staging: older }), 'environments/staging/hold.yaml': undefined }),
      },
    ],
    rule: 'held',
    message: () => 'staging is held since 2026-09-21T10:00:00.000Z by ada: look into it',
  },
  {
    name: 'a delivery into what was held by a hold that nobody can read',
    steps: [
      deploy,
      { at: '09-22 10:10', files: () => ({ 'environments/staging/hold.yaml': 'oh\n' }) },
      promote,
    ],
    rule: 'held',
    message: () =>
      'staging is held since 2026-09-22T10:10:00.000Z by Ada Developer <ada@example.com>: unreadable',
  },
  {
    name: 'a delivery out of what was held',
    steps: [deploy, { at: '09-22 10:10', files: () => holds('dev') }, promote],
    rule: 'source-held',
    message: () => 'dev is held since 2026-09-21T10:00:00.000Z by ada: look into it',
  },
  {
    name: 'a way back that was no rollback',
    steps: [
      { at: '09-22 10:00', files: () => runs({ dev: newer }) },
      { at: '09-22 11:00', title: 'Revert it', files: () => runs({ dev: older }) },
    ],
    rule: 'backwards',
    environment: 'dev',
    message: () => `${older} is older than ${newer}.`,
  },
  {
    name: 'a rollback to what never ran there',
    steps: [
      { at: '09-22 10:00', files: () => runs({ dev: newer }) },
      { at: '09-22 11:00', title: 'rollback(dev): OLDER', files: () => runs({ dev: older }) },
    ],
    rule: 'never-ran',
    environment: 'dev',
    message: () => `dev has never run ${older}.`,
  },
  {
    name: 'a release that was built beside',
    steps: [deploy, { at: '09-22 11:00', files: () => runs({ dev: beside }) }],
    rule: 'unrelated',
    environment: 'dev',
    message: () => `dev runs ${older}, and ${beside} does not descend from it.`,
  },
  {
    name: 'a tag with the image of another',
    steps: [
      deploy,
      {
        at: '09-22 11:00',
        files: () => ({ 'environments/dev/values.yaml': runningValues('dev', newer, digestOf(older)) }),
      },
    ],
    rule: 'other-digest',
    environment: 'dev',
    message: () => `${digestOf(older)} is the image of ${older}, not of ${newer}.`,
  },
  {
    name: 'a values file that says nothing clearly',
    steps: [
      {
        at: '09-22 11:00',
        files: () => ({ 'environments/dev/values.yaml': runningValues('dev', 'v1', '') }),
      },
      { at: '09-22 12:00', files: () => runs({ dev: older }) },
    ],
    rule: 'invalid-tag',
    environment: 'dev',
    message: () => `environments/dev/values.yaml: image.tag: "v1" is no release's tag.`,
  },
];

test.each(breaches)(
  '$name is named, with its commit, author and rule',
  async ({ name, steps, rule, environment = 'staging', message }) => {
    const branch = await write(name.replaceAll(' ', '-'), steps);
    const operator = createOperator(sandbox, checkout, { branch });
    const { document, exitCode } = await audit(operator, undefined);
    expect({ exitCode, lines: operator.lines }).toEqual({ exitCode: 3, lines: [] });
    expect(document).toEqual([
      {
        commit: expect.stringMatching(/^[0-9a-f]{40}$/),
        author: 'Ada Developer <ada@example.com>',
        time: expect.stringMatching(/^2026-/),
        environment,
        rule,
        message: message(),
      },
    ]);
  },
);

test('the same for people and programs, and --since leaves out what was before', async () => {
  const branch = await write('since', [deploy, { at: '09-22 10:01', files: () => runs({ staging: older }) }]);
  const sha = (await origin.tip(branch)).slice(0, 8);
  expect(await gitops(branch)).toEqual({
    status: 3,
    stdout: `staging: not-soaked, by ${sha} of Ada Developer <ada@example.com> at 2026-09-22T10:01:00.000Z
  staging takes what has run in dev for 30m; ${older} will have at 2026-09-22T10:30:00.000Z.
`,
    stderr: '',
  });
  expect(await gitops(branch, '--json')).toMatchObject({
    status: 3,
    stdout: expect.stringContaining('"rule": "not-soaked"'),
    stderr: '',
  });
  expect((await gitops(branch, '--since', '2026-09-22')).status).toBe(3);
  expect((await gitops(branch, '--since', '2026-09-23')).status).toBe(0);
  expect((await gitops(branch, '--since', '1m')).status).toBe(0);
});

test.each(['5', 'yesterday', '2026-99-99', ''])('%j is no time to look back to', async (time) => {
  const { status, stderr } = await gitops('main', '--since', time);
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr:
      `option '--since <time>' argument '${time}' is invalid. It is no date such as 2026-12-23, and no duration such as 7d.\n` +
      'npm run gitops -- --help lists the commands and their options.\n',
  });
});

test('an environment that was removed by mistake ran on', async () => {
  const branch = await write('removed', [
    deploy,
    { at: '09-22 10:20', files: () => ({ 'environments/dev/values.yaml': undefined }) },
    { at: '09-22 10:25', files: () => runs({ dev: older }) },
    promote,
  ]);
  expect((await gitops(branch)).status).toBe(0);
});

/** A branch of main with a commit for each step. */
async function write(branch: string, steps: readonly Step[]): Promise<string> {
  for (const { at, title = 'Deliver', files } of steps) {
    origin.time = new Date(`2026-${at.replace(' ', 'T')}:00Z`);
    await origin.commit(title.replace('OLDER', older), files(), branch);
  }
  return branch;
}

function gitops(branch: string, ...options: string[]) {
  return sandbox.gitops(checkout, ['audit', '--branch', branch, ...options]);
}
