import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { delivered, deployRelease, digest } from '../support/command/delivery.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { CloneOptions, Sandbox } from '../support/command/sandbox.ts';
import { git } from '../support/git/git.ts';
import type { Origin } from '../support/git/origin.ts';

interface Entry {
  mode: string;
  name: string;
  object: string;
}

/** A tree as no git writes it, with its entries as they are given. */
async function writeTree(origin: Origin, entries: readonly Entry[]): Promise<string> {
  const bytes = entries.map(({ mode, name, object }) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(object, 'hex')]),
  );
  const args = ['hash-object', '--literally', '-t', 'tree', '-w', '--stdin'];
  return git(origin.directory, args, Buffer.concat(bytes));
}

/** Moves `main` to a commit of a tree, whose author's line is as it is given. */
async function commitTree(origin: Origin, tree: string, author = 'Ada <ada@example.com>'): Promise<string> {
  const parent = await origin.tip();
  const lines = [`tree ${tree}`, `parent ${parent}`];
  const people = [`author ${author} 1790000000 +0000`, 'committer Ada <ada@example.com> 1790000000 +0000'];
  const text = `${[...lines, ...people].join('\n')}\n\nDo odd things\n`;
  const args = ['hash-object', '--literally', '-t', 'commit', '-w', '--stdin'];
  const commit = await git(origin.directory, args, Buffer.from(text));
  await origin.git('update-ref', 'refs/heads/main', commit);
  return commit;
}

/** The entries of a tree of the origin, but for some names. */
async function entriesOf(origin: Origin, tree: string): Promise<Entry[]> {
  const list = await origin.git('ls-tree', tree);
  return list.split('\n').map((line) => {
    const [, mode = '', object = '', name = ''] = /^(\d+) \w+ (\w+)\t(.*)$/.exec(line) ?? [];
    return { mode: mode.replace(/^0/, ''), name, object };
  });
}

/** Brings a chart to `main` that holds a file outside of it, at the top of whoever writes it down. */
async function plant(origin: Origin): Promise<string> {
  const blob = await git(origin.directory, ['hash-object', '-w', '--stdin'], Buffer.from('planted\n'));
  let tree = await writeTree(origin, [{ mode: '100644', name: 'planted', object: blob }]);
  for (let depth = 0; depth < 3; depth += 1)
    tree = await writeTree(origin, [{ mode: '40000', name: '..', object: tree }]);
  const [{ object } = { object: '' }] = await entriesOf(origin, 'main:helm-chart');
  const chart = await writeTree(origin, [
    { mode: '40000', name: '..', object: tree },
    { mode: '100644', name: 'values.yaml', object },
  ]);
  const entries = await entriesOf(origin, 'main');
  const planted = entries.map((entry) => (entry.name === 'helm-chart' ? { ...entry, object: chart } : entry));
  return commitTree(origin, await writeTree(origin, planted));
}

const applicationSet = {
  spec: {
    template: {
      metadata: { name: 'orders-{{ .file.path.basename }}' },
      spec: {
        project: 'orders',
        source: { path: 'helm-chart', helm: { releaseName: 'orders' } },
        destination: { namespace: 'orders-{{ .file.path.basename }}' },
      },
    },
  },
};

const checkouts: (CloneOptions & { name: string; fetches?: boolean })[] = [
  { name: 'a whole checkout' },
  { name: 'a whole checkout that has fetched it', fetches: true },
  { name: 'the checkout of a job', asJob: true },
  { name: 'a partial clone', filter: 'blob:none' },
];

test.each(checkouts)('a tree that leads out of its folder is written nowhere, by $name', async (options) => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const files = { 'environments/argocd/applicationset.yaml': stringify(applicationSet) };
  await origin.commit('Say what Argo CD makes of it', files);
  const checkout = await sandbox.clone(options);
  const release = (await plant(origin)).slice(0, 8);
  if (options.fetches) await git(checkout, ['fetch', '--quiet']);

  const run = await sandbox.gitops(checkout, ['diff', 'dev', '--to', release]);
  expect({ status: run.status, stdout: run.stdout }).toEqual({ status: 2, stdout: '' });
  expect(run.stderr).toMatch(
    / sends an object that Git does not accept: .*hasDotdot|The repository has a file at "helm-chart\/\.\.\//s,
  );
  expect(await findPlanted(sandbox)).toEqual([]);
  expect(await sandbox.leftovers()).toEqual([]);
});

test.each(checkouts)('an odd commit of long ago stops nobody, in $name', async (options) => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  // As they were written before the run, and after: what arrives with it is checked.
  const first = await sandbox.clone(options);
  const entries = await entriesOf(origin, 'main');
  const padded = entries.map((entry) => ({ ...entry, mode: entry.mode.replace(/^4/, '04') }));
  await commitTree(origin, await writeTree(origin, padded), 'Ada<ada@example.com>');
  const second = await sandbox.clone(options);

  const one = await deployRelease(sandbox, first);
  expect(one).toEqual(await delivered(sandbox, one.tag));
  const other = await deployRelease(sandbox, second);
  expect(other).toEqual(await delivered(sandbox, other.tag, one.tag));
  expect(await sandbox.gitops(second, ['history', 'dev'])).toMatchObject({ status: 0, stderr: '' });
});

test.each(['main', 'master', 'gitops'])('git fetches nothing in passing, on a branch %s', async (branch) => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const tag = (await origin.commit('Add a thing', {}, branch)).slice(0, 8);
  const checkout = await sandbox.clone({ asJob: true });
  const trace = join(sandbox.folder, 'trace');
  const words = ['deploy', 'dev', '--branch', branch, '--tag', tag, '--digest', digest];
  expect(await sandbox.gitops(checkout, words, { GIT_TRACE: trace })).toMatchObject({
    status: 0,
    stderr: '',
  });
  const fetches = (await readFile(trace, 'utf8')).match(/built-in: git .*\bfetch\b.*/g) ?? [];
  expect(fetches).not.toHaveLength(0);
  // Its own do without the word that all of ours have.
  expect(fetches.filter((call) => !call.includes('--quiet'))).toEqual([]);
});

/** Where the planted file is, of the folders that a path with some `..` leads to. */
async function findPlanted(sandbox: Sandbox): Promise<string[]> {
  const places = [sandbox.temporary, sandbox.folder, join(sandbox.folder, '..')];
  const found = await Promise.all(
    places.map((folder) =>
      access(join(folder, 'planted')).then(
        () => true,
        () => false,
      ),
    ),
  );
  return places.filter((_, index) => found[index]);
}
