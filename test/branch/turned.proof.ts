import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { promote } from '../../scripts/deliver/promote.ts';
import { valuesPath } from '../../scripts/release/values.ts';
import { createOperator } from '../support/command/operator.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';
import { Developer } from '../support/git/developer.ts';
import { flow } from '../support/git/flow.ts';
import { emptyValues } from '../support/git/origin.ts';
import type { Files } from '../support/git/origin.ts';
import { runs } from '../support/git/runs.ts';

let sandbox: Sandbox;
let ada: Developer;
let [first, second, third] = ['', '', ''];

beforeEach(async () => {
  sandbox = await createSandbox();
  const { origin } = sandbox;
  origin.time = at('09:00');
  await origin.commit('Set the rules', flow({ staging: { soak: '30m' } }));
  [first, second, third] = await releases('First', 'Second', 'Third');
  await deliver('10:05', 'deploy', 'dev', first);
  ada = new Developer(await sandbox.clone(), at('10:20'));
  await ada.git('switch', '--quiet', '--create', 'feature');
  await ada.commit('Work on it', { 'src/feature.ts': 'export {};\n' });
});

afterEach(async () => {
  await sandbox[Symbol.asyncDispose]();
});

const pull = ['pull', '--quiet', '--no-rebase', '--no-edit', 'origin', 'main'];

/** Ways in which the branch becomes the second parent of a merge that is then pushed to it. */
const ways: readonly { name: string; merge: string[] }[] = [
  { name: 'a plain pull', merge: pull },
  { name: 'a merge of the remote branch', merge: ['merge', '--quiet', '--no-edit', 'origin/main'] },
  { name: 'a merge with a title of its own', merge: ['merge', '--quiet', '-m', 'Catch up', 'origin/main'] },
];

test.each(ways)('after $name is pushed, every delivery is where it was', async ({ merge }) => {
  const made = [
    await deliver('10:40', 'promote', 'staging', first),
    await deliver('11:00', 'deploy', 'dev', second),
    await deliver('11:40', 'promote', 'staging', second),
    await deliver('12:00', 'deploy', 'dev', third),
  ].map((sha) => sha.slice(0, 8));
  await turn('12:30', merge);

  expect(await read('audit')).toEqual({ status: 0, document: [] });
  expect(await history('staging')).toEqual([
    `11:40 promote ${second} ${made[2] ?? ''}`,
    `10:40 promote ${first} ${made[0] ?? ''}`,
  ]);
  expect(await history('dev')).toEqual([
    `12:00 deploy ${third} ${made[3] ?? ''}`,
    `11:00 deploy ${second} ${made[1] ?? ''}`,
    expect.stringMatching(`^10:05 deploy ${first}`),
  ]);
  // The merge alone is no delivery.
  expect(await behind()).toEqual({ dev: 1, staging: 1, production: null });
  // The third has soaked since 12:00, and not since the merge.
  const operator = createOperator(sandbox, ada.directory, { now: () => at('12:31') });
  expect(await promote(operator, 'staging')).toMatchObject({ outcome: 'changed', to: { tag: third } });
  expect(await rollback('staging', first)).toMatchObject({ status: 0 });
});

test('a breach stays one after a pull is pushed', async () => {
  await deliver('10:10', 'promote', 'staging', first);
  await deliver('11:00', 'deploy', 'dev', second);
  await deliver('11:50', 'promote', 'staging', second);
  await turn('12:30', pull);
  expect(await read('audit')).toMatchObject({
    status: 3,
    document: [{ rule: 'not-soaked', severity: 'breach' }],
  });
});

test('where no side has a delivery, the title of a pull tells, and an edit is who made it', async () => {
  sandbox.origin.time = at('11:00');
  const edit = await sandbox.origin.commit('Run more of it', edited());
  await turn('12:30', pull);
  expect(await read('audit')).toEqual({ status: 0, document: [] });
  expect((await history('staging'))[0]).toBe(`11:00 edit  ${edit.slice(0, 8)}`);
});

test('where nothing tells, that is said by name, and nobody is blamed', async () => {
  sandbox.origin.time = at('11:00');
  await sandbox.origin.commit('Run more of it', edited());
  const merge = await turn('12:30', ['merge', '--quiet', '-m', 'Catch up', 'origin/main']);
  expect(await read('audit')).toEqual({
    status: 0,
    document: [
      {
        severity: 'notice',
        commit: merge,
        author: 'Ada Developer <ada@example.com>',
        time: '2026-09-22T12:30:00.000Z',
        environment: '*',
        rule: 'undecided',
        message: 'Nothing tells which parent of this merge was the branch; the first one is taken for it.',
      },
    ],
  });
});

test('where both sides have deliveries and the title does not tell, that is a breach by name', async () => {
  const copied = await deliver('11:00', 'deploy', 'dev', second);
  await ada.git('fetch', '--quiet');
  await ada.git('cherry-pick', copied);
  await deliver('11:40', 'promote', 'staging', second);
  await deliver('11:45', 'deploy', 'dev', third);
  const merge = await turn('12:30', ['merge', '--quiet', '-X', 'theirs', '-m', 'Catch up', 'origin/main']);
  expect(await read('audit')).toMatchObject({
    status: 3,
    document: [{ commit: merge, rule: 'undecided', severity: 'breach' }],
  });
});

test('deliveries in a merge request are none: they run nowhere, and are told', async () => {
  const before = await history('dev');
  // As old as can be, so that it would have soaked.
  ada.time = at('10:06');
  await ada.commit(message('deploy', 'dev', second), runs({ dev: second }));
  await ada.commit(message('rollback', 'dev', first), runs({ dev: first }));
  await ada.git('push', '--quiet', 'origin', 'feature');
  const merge = await mergeRequest('12:30', 'feature');
  expect(await read('audit')).toMatchObject({
    status: 0,
    document: [{ commit: merge, rule: 'undecided', severity: 'notice' }],
  });
  expect(await history('dev')).toEqual(before);
  expect(await rollback('dev', second)).toMatchObject({ status: 3 });
});

test('the template that a project pulls its updates from has deliveries of its own', async () => {
  const delivered = await deliver('11:00', 'deploy', 'dev', second);
  await ada.git('switch', '--quiet', 'main');
  await ada.git('pull', '--quiet');
  await ada.git('branch', 'template-main', 'feature');
  ada.time = at('12:30');
  await ada.git('merge', '--quiet', '-m', "Merge remote-tracking branch 'template/main'", 'feature');
  await ada.git('push', '--quiet', 'origin', 'main');
  expect((await history('dev'))[0]).toBe(`11:00 deploy ${second} ${delivered.slice(0, 8)}`);
});

test('a proposal counts from its merge, or by fast-forward from what follows it, never from when it was made', async () => {
  const { origin } = sandbox;
  origin.time = at('10:30');
  await origin.commit('Ask', flow({ staging: { via: 'merge-request' }, production: { soak: '30m' } }));
  const propose = async (time: string, tag: string) => {
    origin.time = at(time);
    const files = runs({ staging: tag });
    return origin.commit(message('promote', 'staging', tag), files, `promote/staging/${tag}`);
  };
  await propose('10:40', first);
  origin.time = at('10:50');
  await origin.commit('Go on');
  const merge = await mergeRequest('11:10', `promote/staging/${first}`);
  expect(await history('staging')).toEqual([`11:10 promote ${first} ${merge.slice(0, 8)}`]);

  await deliver('11:20', 'deploy', 'dev', second);
  const forwarded = await propose('11:30', second);
  await origin.git('update-ref', 'refs/heads/main', forwarded);
  const operator = createOperator(sandbox, ada.directory, { now: () => at('13:00') });
  await expect(promote(operator, 'production')).rejects.toMatchObject({ code: 'not-soaked' });
  origin.time = at('12:10');
  await origin.commit('Go on');
  expect((await history('staging'))[0]).toBe(`12:10 promote ${second} ${forwarded.slice(0, 8)}`);
  expect(await promote(operator, 'production')).toMatchObject({ outcome: 'changed' });
  // One person plays them all here.
  expect(await read('audit')).toMatchObject({
    status: 0,
    document: [{ rule: 'loosened' }, { rule: 'self-merged' }, { rule: 'self-merged' }],
  });
});

const shapes: readonly { name: string; make: () => Promise<void> }[] = [
  {
    name: 'an octopus',
    make: async () => {
      for (const name of ['one', 'two']) {
        await ada.git('switch', '--quiet', '--create', name, 'origin/main');
        await ada.commit(`Work on ${name}`, { [`src/${name}.ts`]: 'export {};\n' });
      }
      await ada.git('switch', '--quiet', 'main');
      await ada.git('merge', '--quiet', '--no-edit', 'one', 'two', 'feature');
    },
  },
  {
    name: 'an unrelated history',
    make: async () => {
      await ada.git('switch', '--quiet', '--orphan', 'other');
      await ada.commit('Begin elsewhere', { 'other.txt': 'Other.\n' });
      await ada.git('switch', '--quiet', 'main');
      await ada.git('merge', '--quiet', '--no-edit', '--allow-unrelated-histories', 'other');
    },
  },
  {
    name: 'a squash',
    make: async () => {
      await ada.git('switch', '--quiet', 'main');
      await ada.git('merge', '--quiet', '--squash', 'feature');
      await ada.git('commit', '--quiet', '--message', 'Work on it');
    },
  },
  {
    name: 'a merge and its revert',
    make: async () => {
      await ada.git('switch', '--quiet', 'main');
      await ada.git('merge', '--quiet', '--no-ff', '--no-edit', 'feature');
      await ada.git('revert', '--no-edit', '--mainline', '1', 'HEAD');
    },
  },
  {
    name: 'a history that was rewritten',
    make: async () => {
      await ada.git('switch', '--quiet', 'main');
      await ada.git('rebase', '--quiet', '--force-rebase', '--committer-date-is-author-date', 'HEAD~4');
    },
  },
];

test.each(shapes)('$name changes nothing of what ran when', async ({ make }) => {
  await deliver('11:00', 'deploy', 'dev', second);
  await ada.git('fetch', '--quiet');
  await ada.git('branch', '--force', 'main', 'origin/main');
  ada.time = at('12:30');
  await make();
  await ada.git('push', '--quiet', '--force', 'origin', 'HEAD:main');
  expect(await read('audit')).toMatchObject({ document: [] });
  expect((await history('dev')).map((row) => row.split(' ').slice(0, 3).join(' '))).toEqual([
    `11:00 deploy ${second}`,
    `10:05 deploy ${first}`,
  ]);
});

function at(time: string): Date {
  return new Date(`2026-09-22T${time}:00Z`);
}

async function releases(...subjects: string[]): Promise<[string, string, string]> {
  const [one = '', two = '', three = ''] = await sandbox.origin.commitAll(subjects);
  return [one.slice(0, 8), two.slice(0, 8), three.slice(0, 8)];
}

function message(kind: string, environment: string, tag: string): string {
  return `${kind}(${environment}): ${tag}\n\nEnvironment: ${environment}\nKind: ${kind}\nTo: ${tag}\nActor: grace`;
}

/** A delivery as the command makes it, at a time. */
async function deliver(time: string, kind: string, environment: string, tag: string): Promise<string> {
  sandbox.origin.time = at(time);
  return sandbox.origin.commit(message(kind, environment, tag), runs({ [environment]: tag }));
}

function edited(): Files {
  return { [valuesPath('staging')]: emptyValues('staging').replace('replicas: 1', 'replicas: 2') };
}

/** Merges main into the developer's own work, pushes that to main, and gives the merge. */
async function turn(time: string, merge: readonly string[]): Promise<string> {
  ada.time = at(time);
  await ada.git('fetch', '--quiet');
  await ada.git(...merge);
  await ada.git('push', '--quiet', 'origin', 'HEAD:main');
  return sandbox.origin.tip();
}

/** Merges a branch into main as GitLab does, and gives the merge. */
async function mergeRequest(time: string, branch: string): Promise<string> {
  ada.time = at(time);
  await ada.git('fetch', '--quiet');
  await ada.git('switch', '--quiet', '--detach', 'origin/main');
  await ada.git('merge', '--quiet', '--no-ff', '-m', `Merge branch '${branch}' into 'main'`, `origin/${branch}`);
  await ada.git('push', '--quiet', 'origin', 'HEAD:main');
  return sandbox.origin.tip();
}

async function read(...args: string[]): Promise<{ status: number | null; document: unknown }> {
  const { status, stdout } = await sandbox.gitops(ada.directory, [...args, '--json']);
  return { status, document: JSON.parse(stdout) as unknown };
}

/** The versions of an environment, but for its first, empty one. */
async function history(environment: string): Promise<string[]> {
  const { document } = await read('history', environment);
  const rows = document as { kind: string; tag: string; commit: string; since: string }[];
  return rows
    .slice(0, -1)
    .map(({ kind, tag, commit, since }) => `${since.slice(11, 16)} ${kind} ${tag} ${commit.slice(0, 8)}`);
}

async function behind(): Promise<Record<string, number | null>> {
  const { document } = await read('status');
  return Object.fromEntries(
    (document as { name: string; behind: number | null }[]).map(({ name, behind }) => [name, behind]),
  );
}

function rollback(environment: string, to: string) {
  return sandbox.gitops(ada.directory, ['rollback', environment, '--to', to, '--reason', 'errors']);
}
