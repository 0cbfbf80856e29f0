import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { history } from '../../scripts/look/history.ts';
import { createOperator } from '../support/command/operator.ts';
import { emptyValues, runningValues } from '../support/git/origin.ts';
import type { Origin } from '../support/git/origin.ts';
import { digestOf, runs } from '../support/git/runs.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';

const valuesPath = 'environments/production/values.yaml';

// One sandbox serves all, since nothing is written.
let sandbox: Sandbox;
let origin: Origin;
let checkout: string;
let releases: string[];

beforeAll(async () => {
  sandbox = await createSandbox();
  ({ origin } = sandbox);
  releases = (await origin.commitAll(['First', 'Second', 'Third', 'Fourth'])).map((sha) => sha.slice(0, 8));
  checkout = await sandbox.clone({ asJob: true });
});

afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

test('deliveries and edits by hand are told newest first, each for what it was', async () => {
  const [first = '', second = ''] = releases;
  const branch = 'told';
  const made: string[] = [];
  const commit = async (time: string, message: string, files: Parameters<Origin['commit']>[1]) => {
    origin.time = new Date(time);
    made.push((await origin.commit(message, files, branch)).slice(0, 8));
  };
  await commit('2026-09-22T10:00:00Z', delivery('promote', first), runs({ production: first }));
  await commit('2026-09-22T11:00:00Z', 'Raise the replicas', {
    [valuesPath]: values(first).replace('1\n', '2\n'),
  });
  await commit('2026-09-22T12:00:00Z', delivery('promote', first), runs({ production: second }));
  await commit('2026-09-22T13:00:00Z', `${delivery('rollback', first)}\nReason: errors`, runs({ production: first }));
  await commit('2026-09-22T14:00:00Z', 'Change another', { 'README.md': 'Hello.\n' });

  const { text } = await look(branch);
  const [one, two, three, four] = made;
  expect(text).toBe(
    `WHEN               KIND      RELEASE   BY             COMMIT    VERDICT  REASON
2026-09-22T13:00Z  rollback  ${first}  Ada Developer  ${four ?? ''}  -        errors
2026-09-22T12:00Z  edit      ${second}  Ada Developer  ${three ?? ''}  -
2026-09-22T11:00Z  edit      ${first}  Ada Developer  ${two ?? ''}  -
2026-09-22T10:00Z  promote   ${first}  Ada Developer  ${one ?? ''}  -
2026-09-21T14:13Z  edit      -         Ada Developer  ${(await origin.git('rev-list', '--max-parents=0', 'main')).slice(0, 8)}  -`,
  );
});

test('a person has one name, from a pipeline, which knows a login, and from a laptop', async () => {
  const [tag = ''] = releases;
  const laptop = await sandbox.clone();
  await sandbox.configure(laptop, { 'user.name': 'Grace Operator', 'user.email': 'grace@example.com' });
  const nobody = { GITLAB_USER_LOGIN: '', GITLAB_USER_NAME: '', GITLAB_USER_EMAIL: '' };
  await origin.commit('Prepare', {}, 'person');
  const args = ['deploy', 'dev', '--branch', 'person', '--digest', digestOf(tag), '--tag'];
  expect((await sandbox.gitops(checkout, [...args, tag])).status).toBe(0);
  expect((await sandbox.gitops(laptop, [...args, releases[1] ?? ''], nobody)).status).toBe(0);
  const { text } = await history(createOperator(sandbox, checkout, { branch: 'person' }), 'dev', {
    limit: 2,
    columns: 100,
  });
  expect(text.match(/deploy .*/g)?.map((row) => row.slice(18, 34))).toEqual(['Grace Operator  ', 'Grace Operator  ']);
});

test('--json has the newest, as many as asked for', async () => {
  const [first = '', second = ''] = releases;
  origin.time = new Date('2026-09-22T10:00:00Z');
  await origin.commit(delivery('promote', first), runs({ production: first }), 'document');
  const commit = await origin.commit(delivery('promote', second), runs({ production: second }), 'document');
  const args = ['history', 'production', '--branch', 'document', '--json'];
  const { status, stdout, stderr } = await sandbox.gitops(checkout, [...args, '--limit', '1']);
  expect({ status, stderr, document: JSON.parse(stdout) as unknown }).toEqual({
    status: 0,
    stderr: '',
    document: [
      {
        kind: 'promote',
        tag: second,
        digest: digestOf(second),
        revision: '',
        commit,
        since: '2026-09-22T10:00:00.000Z',
        by: 'grace',
        override: [],
        reason: null,
        verdicts: [],
      },
    ],
  });
});

test.each(['0', '-1', 'many', '1.5'])('%j is no limit', async (limit) => {
  const { status, stderr } = await sandbox.gitops(checkout, ['history', 'dev', '--limit', limit]);
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr:
      `option '--limit <count>' argument '${limit}' is invalid. It must be a whole number of 1 or more.\n` +
      'npm run history -- --help shows its options.\n',
  });
});

test.each(['merge commit', 'squash', 'fast-forward'])(
  'a promotion that was merged by %s is a promotion, since it was merged',
  async (how) => {
    const [first = ''] = releases;
    const branch = how.replaceAll(' ', '-');
    await origin.commit('Prepare', {}, branch);
    origin.time = new Date('2026-09-22T10:00:00Z');
    const message = delivery('promote', first);
    const tree = await treeWith(branch, first);
    const proposed = await origin.git('commit-tree', '-p', branch, '-m', message, tree);
    const merged = {
      'merge commit': () =>
        origin.git(
          ...['commit-tree', '-p', branch, '-p', proposed, tree],
          ...['-m', `Merge branch 'promote/production/${first}' into 'main'\n\n${message.split('\n')[0] ?? ''}`],
        ),
      squash: () => origin.git('commit-tree', '-p', branch, '-m', `promote(production): ${first}`, tree),
      'fast-forward': () => Promise.resolve(proposed),
    }[how];
    await origin.git('update-ref', `refs/heads/${branch}`, (await merged?.()) ?? '');

    const [row] = (await look(branch)).document;
    expect(row).toMatchObject({
      kind: 'promote',
      tag: first,
      commit: await origin.tip(branch),
      by: how === 'squash' ? 'Ada Developer <ada@example.com>' : 'grace',
    });
  },
);

test('what is renamed, removed, broken or no file is left out with a note, never guessed', async () => {
  const [first = '', second = ''] = releases;
  const branch = 'broken';
  const commits = [
    await origin.commit(delivery('promote', first), runs({ production: first }), branch),
    await origin.commit('Break it', { [valuesPath]: 'image: {tag: "' }, branch),
    await origin.commit('Forget the digest', { [valuesPath]: `image:\n  tag: "${first}"\n` }, branch),
    await origin.commit('Write a version', { [valuesPath]: values('v1.2.0') }, branch),
    await origin.commit('Move it', { [valuesPath]: undefined, 'environments/live/values.yaml': values(first) }, branch),
    await origin.commit(
      delivery('promote', second),
      { ...runs({ production: second }), 'environments/live/values.yaml': undefined },
      branch,
    ),
  ].map((sha) => sha.slice(0, 8));

  const { document, lines } = await look(branch);
  expect(document.map(({ kind, tag }) => `${kind} ${tag}`)).toEqual([`promote ${second}`, `promote ${first}`, 'edit ']);
  expect(lines).toEqual([
    `Left out ${commits[4] ?? ''}: ${valuesPath} was removed or renamed`,
    `Left out ${commits[3] ?? ''}: ${valuesPath}: image.tag: "v1.2.0" is not the tag of a release.`,
    `Left out ${commits[2] ?? ''}: ${valuesPath}: image.digest is missing.`,
    `Left out ${commits[1] ?? ''}: ${valuesPath}:1: broken YAML: Missing closing "quote.`,
  ]);
});

test('files with CRLF, single quotes or none, and a byte order mark are read as any other', async () => {
  const [first = '', second = '', third = '', fourth = ''] = releases;
  const forms = [
    values(first).replaceAll('\n', '\r\n'),
    values(second).replaceAll('\n', '\r\n'),
    `\ufeff${values(third).replaceAll('"', "'")}`,
    `image: {digest: ${digestOf(fourth)}, tag: "${fourth}", revision: ""}\n`,
  ];
  for (const content of forms) await origin.commit('By hand', { [valuesPath]: content }, 'forms');
  expect((await look('forms')).document.slice(0, 4).map(({ tag, digest }) => [tag, digest])).toEqual(
    [fourth, third, second, first].map((tag) => [tag, digestOf(tag)]),
  );
});

function delivery(kind: string, tag: string): string {
  return `${kind}(production): ${tag}\n\nFirst\n\nEnvironment: production\nKind: ${kind}\nTo: ${tag}\nActor: grace`;
}

function values(tag: string): string {
  return runningValues('production', tag, digestOf(tag));
}

/** The tree of a branch, where production runs a release. */
async function treeWith(branch: string, tag: string): Promise<string> {
  const sha = await origin.commit('Elsewhere', { [valuesPath]: values(tag) }, `${branch}-tree`);
  expect(await origin.read('environments/dev/values.yaml', branch)).toBe(emptyValues('dev'));
  return origin.git('rev-parse', `${sha}^{tree}`);
}

interface Row {
  kind: string;
  tag: string;
  digest: string;
}

async function look(branch: string): Promise<{ text: string; document: Row[]; lines: string[] }> {
  const operator = createOperator(sandbox, checkout, { branch });
  const { text, document } = await history(operator, 'production', { limit: 20, columns: 200 });
  return { text, document: document as Row[], lines: operator.lines };
}
