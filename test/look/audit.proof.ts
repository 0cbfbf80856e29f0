import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { audit } from '../../scripts/look/audit.ts';
import { flowPath } from '../../scripts/release/flow.ts';
import { flow } from '../support/git/flow.ts';
import { createOperator } from '../support/command/operator.ts';
import { emptyValues, runningValues } from '../support/git/origin.ts';
import type { Files, Origin } from '../support/git/origin.ts';
import { digestOf, holds, runs } from '../support/git/runs.ts';
import { holdPath } from '../../scripts/release/hold.ts';
import { valuesPath } from '../../scripts/release/values.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';

const strict = {
  staging: { soak: '30m' },
  production: { via: 'merge-request' as const },
  freeze: { environments: ['staging'], from: '2026-10-01T00:00:00Z', to: '2026-10-02T00:00:00Z' },
};
const rules = flow(strict);
const grace = 'Grace Operator <grace@example.com>';

interface Step {
  /** Day and time in autumn 2026, as in `09-22 10:00`. */
  at: string;
  /** Unless given, that of the delivery that the files tell of. */
  title?: string;
  files: () => Files;
  /** Whether each file is a symbolic link to its content. */
  links?: boolean;
  /** Who proposes it, where Ada merges it. */
  proposer?: string;
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

test('a history in which every rule was kept has neither breach nor notice', async () => {
  const branch = await write('kept', [
    deploy,
    promote,
    { at: '09-22 11:00', files: () => runs({ dev: newer }) },
    { at: '09-22 12:00', files: () => runs({ staging: newer }) },
    // A merge request may be merged when its source has moved on.
    { at: '09-22 13:00', files: () => runs({ production: older }), proposer: grace },
    // Neither soak nor freeze keeps from going back, and the hold comes with it.
    {
      at: '10-01 12:00',
      title: 'rollback(staging): OLDER',
      files: () => ({ ...runs({ staging: older }), ...holds('staging') }),
    },
    { at: '10-03 12:00', title: 'resume(staging)', files: () => ({ [holdPath('staging')]: undefined }) },
    { at: '10-03 12:01', files: () => runs({ staging: newer }) },
    // What is written otherwise, and says the same.
    {
      at: '10-03 12:02',
      title: 'Sort the values',
      files: () => ({
        [valuesPath('staging')]:
          `# Here.\nreplicas: 1\n${String(runs({ staging: newer })[valuesPath('staging')]).replace('replicas: 1\n', '')}`,
      }),
    },
    {
      at: '10-03 12:03',
      title: 'Be stricter',
      files: () => flow({ ...strict, staging: { soak: '1h' } }),
    },
  ]);
  expect(await gitops(branch, '--strict')).toEqual({
    status: 0,
    stdout: 'No change broke a rule.\n',
    stderr: '',
  });
  expect((await gitops(branch, '--json')).stdout).toBe('[]\n');
});

interface Case {
  name: string;
  steps: Step[];
  /** The rules of what is found before. */
  before?: string[];
  rule: string;
  environment?: string;
  message: () => string;
}

const bomb = `a: &a [x, x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
f: [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]
`;

const other = 'is not flow.yaml, <environment>/values.yaml or <environment>/hold.yaml.';
const deep = 'lies too deep: an environment is a folder of environments/ itself.';
const link = 'is a symbolic link or a submodule.';
const strays: { path: string; links?: boolean; environment: string; problem: string }[] = [
  { path: 'environments/dev/values.yml', environment: 'dev', problem: other },
  { path: 'environments/dev/Hold.yaml', environment: 'dev', problem: other },
  { path: 'environments/flow.yml', environment: '*', problem: other },
  { path: 'environments/archive/dev/values.yaml', environment: 'archive', problem: deep },
  { path: 'environments/archive/values.yaml', links: true, environment: 'archive', problem: link },
  { path: 'environments/archive', links: true, environment: '*', problem: link },
  { path: 'environments/d\u00e9v/x/values.yaml', environment: 'd\u00e9v', problem: deep },
];

const written = String(rules[flowPath]);
const loosenings: {
  name: string;
  changed: string;
  environment?: string;
  what: string;
  /** What it lets through, and its end. */
  then?: Step[];
}[] = [
  {
    name: 'a shorter soak',
    changed: written.replace('soak: 30m', 'soak: 1m'),
    what: 'soaks for 1m instead of 30m',
    then: [
      { at: '09-22 10:12', files: () => runs({ staging: older }) },
      { at: '09-22 10:20', title: 'Restore it', files: () => rules },
    ],
  },
  {
    name: 'no merge request',
    changed: written.replace('    via: merge-request\n', ''),
    environment: 'production',
    what: 'takes promotions by push instead of by merge request',
  },
  {
    name: 'another source',
    changed: written.replace('from: staging', 'from: dev'),
    environment: 'production',
    what: 'takes its releases from dev instead of staging',
  },
  {
    name: 'no source',
    changed: written.replace('    from: staging\n', ''),
    environment: 'production',
    what: 'takes its releases from no environment instead of staging',
  },
  {
    name: 'an environment before another',
    changed: written.replace(
      '  - name: staging\n    from: dev',
      '  - name: preview\n  - name: staging\n    from: preview',
    ),
    what: 'takes its releases from preview instead of dev',
  },
  {
    name: 'an environment less',
    changed: written.replace(/ {2}- name: production\n.*\n.*\n/, ''),
    environment: 'production',
    what: 'is not in the flow any more',
  },
  ...[
    { name: 'a shorter freeze', changed: written.replace('2026-10-02', '2026-10-01T12:00:00Z #') },
    {
      name: 'no freeze',
      changed: String(flow({ staging: strict.staging, production: strict.production })[flowPath]),
    },
  ].map((one) => ({
    ...one,
    what: 'is no longer frozen for all of 2026-10-01T00:00:00.000Z to 2026-10-02T00:00:00.000Z: stock-taking',
  })),
];

const breaches: Case[] = [
  {
    name: 'a release that came past the environment before',
    steps: [deploy, { at: '09-22 11:00', files: () => runs({ staging: newer }) }],
    rule: 'out-of-order',
    message: () => 'staging takes only a release that dev has run.',
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
    message: () => 'staging takes only a release that dev has run.',
  },
  {
    name: 'a release that came before it had run long enough',
    steps: [deploy, { at: '09-22 10:29', files: () => runs({ staging: older }) }],
    rule: 'not-soaked',
    message: () => `staging takes a release that has run in dev for 30m: ${older} not before 2026-09-22T10:30:00.000Z.`,
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
        title: 'resume(staging)',
        files: () => ({ ...runs({ staging: older }), 'environments/staging/hold.yaml': undefined }),
      },
    ],
    rule: 'held',
    message: () => 'staging is held since 2026-09-21T10:00:00.000Z by ada: look into it',
  },
  {
    name: 'a delivery into what was held by a hold that nobody can read',
    steps: [deploy, { at: '09-22 10:10', files: () => ({ 'environments/staging/hold.yaml': 'oh\n' }) }, promote],
    before: ['invalid-hold'],
    rule: 'held',
    message: () => 'staging is held since 2026-09-22T10:10:00.000Z by Ada Developer <ada@example.com>: unreadable',
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
      {
        at: '09-22 11:00',
        title: 'rollback(dev): OLDER',
        files: () => ({ ...runs({ dev: older }), ...holds('dev') }),
      },
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
    message: () => `environments/dev/values.yaml: image.tag: "v1" is not the tag of a release.`,
  },
  {
    name: 'a rollback with no hold',
    steps: [
      { at: '09-22 10:00', files: () => runs({ dev: older }) },
      { at: '09-22 10:01', files: () => runs({ dev: newer }) },
      { at: '09-22 11:00', title: 'rollback(dev): OLDER', files: () => runs({ dev: older }) },
    ],
    rule: 'not-held',
    environment: 'dev',
    message: () => `dev went back to ${older}, and was not held there.`,
  },
  {
    name: 'an environment that is emptied, and set to an older release',
    steps: [
      { at: '09-22 10:00', files: () => runs({ dev: newer }) },
      { at: '09-22 10:01', title: 'Empty it', files: () => ({ [valuesPath('dev')]: emptyValues('dev') }) },
      { at: '09-22 10:02', files: () => runs({ dev: older }) },
    ],
    before: ['edited'],
    rule: 'backwards',
    environment: 'dev',
    message: () => `${older} is older than ${newer}.`,
  },
  {
    name: 'an environment that is removed, and added with an older release',
    steps: [
      { at: '09-22 10:00', files: () => runs({ dev: newer }) },
      { at: '09-22 10:01', title: 'Remove it', files: () => ({ [valuesPath('dev')]: undefined }) },
      { at: '09-22 10:02', files: () => runs({ dev: older }) },
    ],
    before: ['edited'],
    rule: 'backwards',
    environment: 'dev',
    message: () => `${older} is older than ${newer}.`,
  },
  {
    name: 'another image of a release, carried on by a promotion',
    steps: [
      deploy,
      { at: '09-22 10:10', files: () => rebuilt('dev') },
      { at: '09-22 11:00', files: () => rebuilt('staging') },
    ],
    before: ['other-digest'],
    rule: 'other-digest',
    message: () => `${older} ran with the image ${digestOf(older)} before, not with ${digestOf('9')}.`,
  },
  {
    name: 'a first release that is no commit of the branch',
    steps: [{ at: '09-22 10:00', files: () => runs({ dev: beside }) }],
    rule: 'unrelated',
    environment: 'dev',
    message: () => `dev runs nothing, and ${beside} does not descend from it.`,
  },
  {
    name: 'a revision that is not the commit of the tag',
    steps: [
      deploy,
      {
        at: '09-22 10:10',
        files: () => ({
          [valuesPath('dev')]: runningValues('dev', older, digestOf(older), older.padEnd(40, '0')),
        }),
      },
    ],
    rule: 'unrelated',
    environment: 'dev',
    message: () => `dev runs ${older}, and ${older} does not descend from it.`,
  },
  ...[
    { name: 'replicas', key: 'replicas', edit: (text: string) => text.replace('replicas: 1', 'replicas: 5') },
    {
      name: 'settings',
      key: 'config.LOG_LEVEL',
      edit: (text: string) => `${text}config:\n  LOG_LEVEL: debug\n`,
    },
    { name: 'objects', key: 'extra', edit: (text: string) => `${text}extra:\n  objects: []\n` },
    {
      name: 'repository',
      key: 'image.repository',
      edit: (text: string) => text.replace('  tag:', '  repository: evil.example.com/orders\n  tag:'),
    },
  ].map(({ name, key, edit }) => ({
    name: `${name} changed by hand in a held environment`,
    steps: [
      deploy,
      { at: '09-22 10:10', title: 'hold(dev)', files: () => holds('dev') },
      { at: '09-22 10:20', title: 'Edit', files: () => ({ [valuesPath('dev')]: edit(valuesOf('dev')) }) },
    ],
    rule: 'edited-while-held',
    environment: 'dev',
    message: () =>
      `dev: ${key === 'config.LOG_LEVEL' ? 'config' : key} changed by hand, while it was held by ada: look into it`,
  })),
  {
    name: 'an emptied digest in a held environment',
    steps: [
      deploy,
      { at: '09-22 10:10', title: 'hold(dev)', files: () => holds('dev') },
      {
        at: '09-22 10:20',
        title: 'deploy(dev): OLDER',
        files: () => ({ [valuesPath('dev')]: runningValues('dev', older, '') }),
      },
    ],
    rule: 'held',
    environment: 'dev',
    message: () => 'dev is held since 2026-09-21T10:00:00.000Z by ada: look into it',
  },
  {
    name: 'values changed by hand in a frozen environment, by a commit that says it is a promotion',
    steps: [
      deploy,
      promote,
      {
        at: '10-01 12:00',
        title: 'promote(staging): OLDER',
        files: () => ({ [valuesPath('staging')]: valuesOf('staging').replace('replicas: 1', 'replicas: 0') }),
      },
    ],
    rule: 'edited-while-frozen',
    message: () =>
      'staging: replicas changed by hand, while it was frozen until 2026-10-02T00:00:00.000Z: stock-taking',
  },
  ...strays.map(({ path, links = false, environment, problem }) => ({
    name: `${path}${links ? ' as a symbolic link' : ''}`,
    steps: [deploy, { at: '09-22 10:10', title: 'Put it there', links, files: () => ({ [path]: 'elsewhere' }) }],
    rule: 'invalid-file',
    environment,
    message: () => `${path} ${problem}`,
  })),
  {
    name: 'a hold that is a symbolic link, and holds',
    steps: [
      deploy,
      { at: '09-22 10:10', title: 'Hold it', links: true, files: () => ({ [holdPath('staging')]: 'why' }) },
      promote,
    ],
    before: ['invalid-file'],
    rule: 'held',
    message: () => 'staging is held since 2026-09-22T10:10:00.000Z by Ada Developer <ada@example.com>: unreadable',
  },
  ...[
    {
      name: 'an alias of nothing',
      content: 'environments: *none\n',
      problem: ':1: the alias *none names nothing that ends before it.',
    },
    {
      name: 'an alias bomb',
      content: bomb,
      problem: ':4: the aliases up to here repeat more than 10000 values.',
    },
    {
      name: 'more than it may hold',
      content: `# ${'x'.repeat(300_000)}\n`,
      problem: ': the file has 300003 bytes, and must have at most 262144.',
    },
  ].flatMap(({ name, content, problem }) => [
    {
      name: `a flow with ${name}`,
      steps: [deploy, { at: '09-22 10:10', title: 'Edit', files: () => ({ [flowPath]: content }) }, promote],
      rule: 'invalid-file',
      environment: '*',
      message: () => `${flowPath}${problem}`,
    },
    {
      name: `a hold with ${name}`,
      steps: [
        deploy,
        { at: '09-22 10:10', title: 'Edit', files: () => ({ [holdPath('production')]: content }) },
        promote,
      ],
      rule: 'invalid-file',
      environment: 'production',
      message: () => `${holdPath('production')}${problem}`,
    },
  ]),
];

const notices: Case[] = [
  {
    name: 'a rollback to something newer',
    steps: [
      { at: '09-22 10:00', files: () => runs({ dev: older }) },
      { at: '09-22 10:01', files: () => runs({ dev: newer }) },
      {
        at: '09-22 11:00',
        title: 'rollback(dev): OLDER',
        files: () => ({ ...runs({ dev: older }), ...holds('dev') }),
      },
      { at: '09-22 11:01', title: 'resume(dev)', files: () => ({ [holdPath('dev')]: undefined }) },
      {
        at: '09-22 11:02',
        title: 'rollback(dev): NEWER',
        files: () => ({ ...runs({ dev: newer }), ...holds('dev') }),
      },
    ],
    rule: 'forwards',
    environment: 'dev',
    message: () => `A rollback took dev to ${newer}, which is newer.`,
  },
  {
    name: 'values changed by hand',
    steps: [
      deploy,
      {
        at: '09-22 11:00',
        title: 'Edit',
        files: () => ({
          [valuesPath('dev')]: `${valuesOf('dev').replace('replicas: 1', 'replicas: 5')}a: 1\nb: {c: 1, d: 2}\n`,
        }),
      },
    ],
    rule: 'edited',
    environment: 'dev',
    message: () => 'dev: replicas, a, b changed by hand.',
  },
  {
    name: 'a release set by hand, as a deploy could',
    steps: [{ ...deploy, title: 'Edit' }],
    rule: 'edited',
    environment: 'dev',
    message: () => 'dev: image.tag, image.digest changed by hand.',
  },
  {
    name: 'a deploy that changes a value besides',
    steps: [
      deploy,
      {
        at: '09-22 11:00',
        title: 'deploy(dev): NEWER',
        files: () => ({
          [valuesPath('dev')]: String(runs({ dev: newer })[valuesPath('dev')]).replace('replicas: 1', 'replicas: 2'),
        }),
      },
    ],
    rule: 'edited',
    environment: 'dev',
    message: () => 'dev: replicas changed by hand.',
  },
  {
    name: 'a hold that was removed by no resume',
    steps: [
      { at: '09-22 10:00', title: 'hold(staging)', files: () => holds('staging') },
      { at: '09-22 10:10', title: 'Edit', files: () => ({ [holdPath('staging')]: undefined }) },
    ],
    rule: 'loosened',
    message: () => 'staging was held by ada: look into it; the hold was removed, and not by a resume.',
  },
  {
    name: 'a proposal that was merged by who made it',
    steps: [
      deploy,
      promote,
      {
        at: '09-22 12:00',
        files: () => runs({ production: older }),
        proposer: 'Ada Developer <ada@example.com>',
      },
    ],
    rule: 'self-merged',
    environment: 'production',
    message: () =>
      `${older} was brought to production by Ada Developer <ada@example.com> alone, where somebody else has to merge it.`,
  },
  {
    name: 'a promotion that was pushed where it is to be proposed',
    steps: [deploy, promote, { at: '09-22 12:00', files: () => runs({ production: older }) }],
    rule: 'self-merged',
    environment: 'production',
    message: () =>
      `${older} was brought to production by Ada Developer <ada@example.com> alone, where somebody else has to merge it.`,
  },
  ...loosenings.map(({ name, changed, environment = 'staging', what, then = [] }) => ({
    name: `a flow with ${name}${then.length > 0 ? ', used and restored' : ''}`,
    steps: [deploy, { at: '09-22 10:10', title: 'Edit', files: () => ({ [flowPath]: changed }) }, ...then],
    rule: 'loosened',
    environment,
    message: () => `${environment} ${what}.`,
  })),
];

test.each([
  ...breaches.map((one) => ({ ...one, severity: 'breach', status: 3 })),
  ...notices.map((one) => ({ ...one, severity: 'notice', status: 0 })),
])(
  '$severity: $name is named, with its commit, author and rule',
  async ({ name, steps, before = [], severity, status, rule, environment = 'staging', message }) => {
    const branch = await write(name.replaceAll(/\W+/g, '-'), steps);
    const operator = createOperator(sandbox, checkout, { branch });
    const { document, exitCode } = await audit(operator, { since: undefined, strict: false });
    expect({ exitCode, lines: operator.lines }).toEqual({ exitCode: status, lines: [] });
    expect(document).toEqual([
      ...before.map((rule) => expect.objectContaining({ rule })),
      {
        severity,
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

test('a breach that the flow accepts is a notice from then on, and so is the acceptance', async () => {
  const branch = await write('accepted', [deploy, { at: '09-22 10:01', files: () => runs({ staging: older }) }]);
  const commit = await origin.tip(branch);
  const accepted = `${String(rules[flowPath])}accepted:\n  - commit: "${commit}"\n    reason: asked for by Grace\n`;
  await write(branch, [{ at: '09-22 11:00', title: 'Accept it', files: () => ({ [flowPath]: accepted }) }]);
  const { status, stdout } = await gitops(branch);
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: `notice: staging: not-soaked, by ${commit.slice(0, 8)} of Ada Developer <ada@example.com> at 2026-09-22T10:01:00.000Z
  staging takes a release that has run in dev for 30m: ${older} not before 2026-09-22T10:30:00.000Z.
  Accepted: asked for by Grace

notice: *: accepted, by ${(await origin.tip(branch)).slice(0, 8)} of Ada Developer <ada@example.com> at 2026-09-22T11:00:00.000Z
  What ${commit} broke was accepted: asked for by Grace

No change broke a rule.
`,
  });
  expect((await gitops(branch, '--strict')).status).toBe(3);
  await write(branch, [{ at: '09-22 12:00', title: 'Take it back', files: () => rules }]);
  expect((await gitops(branch)).status).toBe(3);
});

test('the same for people and programs, and --since leaves out what was before', async () => {
  const branch = await write('since', [deploy, { at: '09-22 10:01', files: () => runs({ staging: older }) }]);
  const sha = (await origin.tip(branch)).slice(0, 8);
  expect(await gitops(branch)).toEqual({
    status: 3,
    stdout: `staging: not-soaked, by ${sha} of Ada Developer <ada@example.com> at 2026-09-22T10:01:00.000Z
  staging takes a release that has run in dev for 30m: ${older} not before 2026-09-22T10:30:00.000Z.
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

test.each(['5', 'yesterday', '2026-99-99', '2026-02-31', ''])('%j is no time to look back to', async (time) => {
  const { status, stderr } = await gitops('main', '--since', time);
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr:
      `option '--since <time>' argument '${time}' is invalid. ` +
      'It must be a date such as 2026-12-23, a time such as 2026-12-23T08:00:00Z, or a duration such as 7d.\n' +
      'npm run audit -- --help shows its options.\n',
  });
});

test('an environment that was removed by mistake ran on', async () => {
  const branch = await write('removed', [
    deploy,
    { at: '09-22 10:20', title: 'Oh', files: () => ({ 'environments/dev/values.yaml': undefined }) },
    { at: '09-22 10:25', title: 'Restore', files: () => runs({ dev: older }) },
    promote,
  ]);
  const { status, stdout } = await gitops(branch);
  expect({ status, lines: stdout.split('\n').slice(1) }).toEqual({
    status: 0,
    lines: ['  dev: its values were removed.', '', 'No change broke a rule.', ''],
  });
});

/** A branch of main with a commit for each step. */
async function write(branch: string, steps: readonly Step[]): Promise<string> {
  for (const { at, files: filesOf, links, proposer, ...step } of steps) {
    origin.time = new Date(`2026-${at.replace(' ', 'T')}:00Z`);
    const files = filesOf();
    const title = (step.title ?? titleOf(files)).replace('OLDER', older).replace('NEWER', newer);
    if (proposer !== undefined) await propose(branch, proposer, title, files);
    else await origin.commit(title, files, branch, links ? '120000' : '100644');
  }
  return branch;
}

async function propose(branch: string, proposer: string, title: string, files: Files): Promise<void> {
  const proposal = `promote/${branch}`;
  await origin.git('update-ref', `refs/heads/${proposal}`, branch);
  const { person } = origin;
  origin.person = proposer;
  await origin.commit(title, files, proposal);
  origin.person = person;
  await origin.merge(proposal, branch);
}

/** The title of the delivery that files tell of. */
function titleOf(files: Files): string {
  const [path = '', content] = Object.entries(files)[0] ?? [];
  const [, name = ''] = path.split('/');
  const tag = /tag: "(\w*)"/.exec(String(content))?.[1] ?? '';
  return `${name === 'dev' ? 'deploy' : 'promote'}(${name}): ${tag}`;
}

/** The values of an environment that runs the older release. */
function valuesOf(environment: string): string {
  return runningValues(environment, older, digestOf(older));
}

/** The same release with another image. */
function rebuilt(environment: string): Files {
  return { [valuesPath(environment)]: runningValues(environment, older, digestOf('9')) };
}

function gitops(branch: string, ...options: string[]) {
  return sandbox.gitops(checkout, ['audit', '--branch', branch, ...options]);
}
