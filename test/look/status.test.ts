import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { candidates } from '../../scripts/look/candidates.ts';
import { status } from '../../scripts/look/status.ts';
import { plainOf } from '../../scripts/shell/screen.ts';
import { flow } from '../support/git/flow.ts';
import { createOperator } from '../support/command/operator.ts';
import type { Origin } from '../support/git/origin.ts';
import { digestOf, holds, runs } from '../support/git/runs.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';

const now = new Date('2026-09-23T16:30:00Z');

// One sandbox serves all, since nothing is written.
let sandbox: Sandbox;
let origin: Origin;
let checkout: string;
let [older, newer] = ['', ''];
let deliveries: string[];

beforeAll(async () => {
  sandbox = await createSandbox();
  ({ origin } = sandbox);
  origin.time = new Date('2026-09-21T15:00:00Z');
  await origin.commit('Freeze', flow({ freeze: { environments: ['staging', 'production'] } }));
  older = (await origin.commit('Add the version endpoint')).slice(0, 8);
  const old = await origin.commit(`deploy(dev): ${older}\n\nActor: grace`, runs({ dev: older }));
  const staging = await origin.commit('Write staging by hand', runs({ staging: older }));
  await origin.commitAll(['First', "Merge branch 'promote/staging/3f9c1b2a' into 'main'"]);
  newer = (await origin.commit('Count the requests')).slice(0, 8);
  origin.time = new Date('2026-09-23T16:00:00Z');
  origin.person = 'Grace <grace@example.com>';
  const dev = await origin.commit(`deploy(dev): ${newer}\n\nEnvironment: dev\nActor: grace`, runs({ dev: newer }));
  await origin.commit('hold(staging)', holds('staging'));
  await origin.commit('Say it better', {
    'environments/dev/values.yaml': `# Here.\n${String(runs({ dev: newer })['environments/dev/values.yaml'])}`,
  });
  // Its title says that it is a hold, its content that it is code.
  await origin.commit('hold(dev)', { 'src/main.ts': 'console.log(2);\n' });
  deliveries = [old, staging, dev];
  checkout = await sandbox.clone({ asJob: true });
});

afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

const table =
  () => `ENVIRONMENT  RELEASE   SUBJECT                   SINCE   BY             BEHIND     NEXT              STATE
dev          ${newer}  Count the requests        30 min  Grace          main by 1  -                 open
staging      ${older}  Add the version endpoint  2 d     Ada Developer  dev by 3   ${newer} +3 ripe  held, frozen
  held by ada for 2 d: look into it
  frozen for 355115 d, until 2999-01-01T00:00Z: stock-taking
production   -         -                         -       -              -          ${older} ripe     frozen
  frozen for 355115 d, until 2999-01-01T00:00Z: stock-taking`;

test.each([117, 120])(
  'in %i columns a row says what runs, since when, by whom, how far behind what, what comes next; a line below what keeps it',
  async (columns) => {
    expect(await look(columns)).toBe(table());
  },
);

test('--json is an array of one object an environment, with the keys of the contract', async () => {
  const run = await sandbox.gitops(checkout, ['status', '--json']);
  const freeze = { from: '2020-01-01T00:00:00.000Z', to: '2999-01-01T00:00:00.000Z', reason: 'stock-taking' };
  expect({ ...run, stdout: JSON.parse(run.stdout) as unknown }).toEqual({
    status: 0,
    stderr: '',
    stdout: [
      {
        name: 'dev',
        tag: newer,
        digest: digestOf(newer),
        revision: '',
        commit: deliveries[2],
        since: '2026-09-23T16:00:00.000Z',
        by: 'grace',
        behind: 1,
        next: null,
        hold: null,
        freeze: null,
        proposals: [],
      },
      {
        name: 'staging',
        tag: older,
        digest: digestOf(older),
        revision: '',
        commit: deliveries[1],
        since: '2026-09-21T15:00:00.000Z',
        by: 'Ada Developer <ada@example.com>',
        behind: 3,
        next: {
          tag: newer,
          digest: digestOf(newer),
          revision: '',
          commits: 3,
          healthy: true,
          since: '2026-09-23T16:00:00.000Z',
          ripe: '2026-09-23T16:00:00.000Z',
        },
        hold: { reason: 'look into it', by: 'ada', since: '2026-09-21T10:00:00.000Z' },
        freeze,
        proposals: [],
      },
      {
        name: 'production',
        tag: '',
        digest: '',
        revision: '',
        commit: null,
        since: null,
        by: null,
        behind: null,
        next: {
          tag: older,
          digest: digestOf(older),
          revision: '',
          commits: null,
          healthy: true,
          since: '2026-09-21T15:00:00.000Z',
          ripe: '2026-09-21T15:00:00.000Z',
        },
        hold: null,
        freeze,
        proposals: [],
      },
    ],
  });
});

test('a narrow terminal gets shorter subjects, a very narrow one a record an environment', async () => {
  expect((await look(102)).split('\n')[2]).toContain(`${older}  Add the vers…  2 d`);
  expect((await look(60)).split('\n\n')[1]).toBe(`ENVIRONMENT  staging
RELEASE      ${older}
SUBJECT      Add the version endpoint
SINCE        2 d
BY           Ada Developer
BEHIND       dev by 3
NEXT         ${newer} +3 ripe
STATE        held, frozen
  held by ada for 2 d: look into it
  frozen for 355115 d, until 2999-01-01T00:00Z: stock-taking`);
});

test('colours are for terminals, and for who asks for them', async () => {
  const colours = async (env: NodeJS.ProcessEnv) => {
    const { stdout } = await sandbox.gitops(checkout, ['status'], env);
    return stdout.includes('\u001b[31mheld');
  };
  expect(await colours({})).toBe(false);
  expect(await colours({ FORCE_COLOR: '1' })).toBe(true);
  expect(await colours({ NO_COLOR: '1' })).toBe(false);
});

const broken = [
  {
    name: 'a hold that cannot be read holds nevertheless',
    files: { 'environments/staging/hold.yaml': 'reason: x\nby: y\nsince: z\n' },
    row: 1,
    line: () => new RegExp(`^staging +${older} .* broken, held, frozen$`),
    notes: [
      /^ {2}broken: environments\/staging\/hold\.yaml:3: since: .* Mend it, or remove it: npm run resume -- staging$/,
      /^ {2}held by Grace <grace@example\.com> for \S+ \w+: unreadable$/,
      /^ {2}frozen for /,
    ],
  },
  {
    name: 'values that cannot be read',
    files: { 'environments/dev/values.yaml': 'image: {tag: "' },
    row: 0,
    line: () => /^dev +- .* broken$/,
    notes: [/^ {2}broken: environments\/dev\/values\.yaml:1: broken YAML: /],
  },
];

test.each(broken)(
  '$name: told in the row of the environment and below it, and the rest is as ever',
  async ({ files, row, line, notes }) => {
    const branch = `broken-${row}`;
    await origin.commit('Break it', files, branch);
    const operator = createOperator(sandbox, checkout, { branch, now: () => now });
    const { text, exitCode } = await status(operator, 120);
    expect({ exitCode, lines: operator.lines }).toEqual({ exitCode: 2, lines: [] });
    const [rows, ever] = [plainOf(text), await look(120)].map(splitRows);
    const [told = '', ...below] = rows?.[row] ?? [];
    expect(told).toMatch(line());
    expect(below).toEqual(notes.map((note) => expect.stringMatching(note)));
    const rest = (all: string[][] | undefined) =>
      // What cannot be read is no source that another one is behind.
      JSON.stringify(all?.toSpliced(row, 1))
        .replaceAll(/ +/g, ' ')
        .replaceAll(/(-|[\w-]+ by \d) (-|\S+ (\+\d )?ripe) (?=open|held|frozen)/g, '');
    expect(rest(rows)).toEqual(rest(ever));
    const { stdout } = await sandbox.gitops(checkout, ['status', '--branch', branch, '--json']);
    const documents = JSON.parse(stdout) as { fault?: { message: string } }[];
    expect(documents.map(({ fault }) => fault !== undefined)).toEqual([0, 1, 2].map((one) => one === row));
  },
);

test.each([
  ['a slip', { 'environments/flow.yaml': 'environments: [' }, 'environments/flow.yaml:1: broken YAML'],
  ['no file', { 'environments/flow.yaml': undefined }, 'environments/flow.yaml is not a regular file'],
  [
    'a folder that is gone',
    { 'environments/production/values.yaml': undefined },
    'environments/flow.yaml:5: environments.2.name: production has no environments/production/values.yaml',
  ],
])('a flow with %s: status goes by the last one that can be read, and says so', async (how, files, fault) => {
  const branch = `flow-${how.replaceAll(' ', '-')}`;
  await origin.commit('Break it', files, branch);
  const operator = createOperator(sandbox, checkout, { branch, now: () => now });
  const { text, exitCode } = await status(operator, 500);
  expect({ exitCode, rows: text.match(/^[a-z]+/gm) }).toEqual({
    exitCode: 2,
    rows: ['dev', 'staging', 'production'],
  });
  expect(operator.lines).toEqual([expect.stringContaining(fault)]);
});

test('what was written by hand and is no release is told as it is', async () => {
  await origin.commit('By hand', runs({ dev: '0123456789abcdef' }), 'by-hand');
  const { text } = await status(createOperator(sandbox, checkout, { branch: 'by-hand', now: () => now }), 200);
  expect(plainOf(text).split('\n')[1]).toMatch(/^dev +0123456789abcdef +- +\S+ \w+ +Grace +- +- +open$/);
});

test('a promotion that waits for its merge is told below its environment, until it is merged', async () => {
  const branch = 'asked';
  const proposal = `promote/production/${older}`;
  await origin.git('branch', branch, 'main');
  await origin.commit(`promote(production): ${older}`, runs({ production: older }), proposal);
  await origin.commit('Try a banner', { 'src/banner.ts': '' }, 'promote/new-banner');
  const operator = createOperator(sandbox, checkout, { branch, now: () => now });
  const { text, document } = await status(operator, 120);
  expect(plainOf(text).split('\n').at(-1)).toBe(`  proposed by Grace for 30 min: ${older}, by the branch ${proposal}`);
  const [, , production] = document as { proposals: unknown }[];
  const since = new Date('2026-09-23T16:00:00Z');
  expect(production?.proposals).toEqual([{ branch: proposal, tag: older, by: 'Grace', since }]);
  await origin.merge(proposal, branch);
  expect((await status(operator, 120)).text).not.toContain('proposed by');
  await origin.git('branch', '-D', proposal, 'promote/new-banner');
});

test('what may come to an environment is listed, newest first, with what it brings and when', async () => {
  const branch = 'candidates';
  origin.time = new Date('2026-09-23T16:20:00Z');
  await origin.commit('Soak', flow({ staging: { soak: { for: '40m', by: 'descent' } } }), branch);
  const [one = '', two = ''] = (await origin.commitAll(['Sort the orders', 'Sum them up'], {}, branch)).map((sha) =>
    sha.slice(0, 8),
  );
  await origin.commit(`deploy(dev): ${one}`, runs({ dev: one }), branch);
  await origin.commit(`deploy(dev): ${two}`, runs({ dev: two }), branch);
  const later = new Date('2026-09-23T16:45:00Z');
  const operator = createOperator(sandbox, checkout, { branch, now: () => later });
  const { text, document } = await candidates(operator, 'staging', 200);
  expect(text).toBe(`RELEASE   SUBJECT             SINCE   COMMITS  RIPE
${two}  Sum them up         25 min  6        in 15 min
${one}  Sort the orders     25 min  5        in 15 min
${newer}  Count the requests  45 min  3        ripe`);
  expect(document).toMatchObject([
    { tag: two, commits: 6, healthy: true, ripe: '2026-09-23T17:00:00.000Z' },
    { tag: one, commits: 5, healthy: true, ripe: '2026-09-23T17:00:00.000Z' },
    { tag: newer, commits: 3, healthy: true, ripe: '2026-09-23T16:40:00.000Z' },
  ]);
  expect((await candidates(operator, 'dev', 200)).document).toEqual([]);
});

async function look(columns: number): Promise<string> {
  const { text } = await status(createOperator(sandbox, checkout, { now: () => now }), columns);
  return plainOf(text);
}

/** The lines of each environment: its own, and those below it. */
function splitRows(text: string): string[][] {
  return text
    .split(/\n(?! )/)
    .slice(1)
    .map((row) => row.split('\n'));
}
