import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { git } from '../support/git/git.ts';
import { runningValues } from '../support/git/origin.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';
import { takeSnapshot } from '../support/git/snapshot.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const valuesPath = 'environments/dev/values.yaml';

test('a checkout with work in it is untouched to the byte', async () => {
  await using sandbox = await createSandbox();
  const checkout = await sandbox.clone();
  await git(checkout, ['checkout', '--quiet', '-b', 'feature']);
  await git(checkout, ['fetch', '--quiet']);
  await appendFile(join(checkout, valuesPath), 'half: done\n');
  await writeFile(join(checkout, 'src/new.ts'), 'staged\n');
  await git(checkout, ['add', 'src/new.ts']);
  await writeFile(join(checkout, 'src/new.ts'), 'staged, and changed again\n');
  await rm(join(checkout, 'README.md'));
  const before = await takeSnapshot(checkout);

  await expectDelivery(sandbox, checkout);
  expect(await takeSnapshot(checkout)).toEqual(before);
});

test('the shallow and detached checkout of a job is enough, and stays as it is', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const running = (await origin.commit('Long ago')).slice(0, 8);
  await origin.commit('Deploy by hand', { [valuesPath]: runningValues('dev', running, digest) });
  await origin.commitAll(['First', 'Second', 'Third']);
  const checkout = await sandbox.clone({ asJob: true });
  const before = await takeSnapshot(checkout);

  await expectDelivery(sandbox, checkout);
  expect(await origin.git('log', '-1', '--format=%b', 'main')).toContain(
    '4 commits:\n\n- Add a thing\n- Third\n- Second\n- First\n',
  );
  expect(await takeSnapshot(checkout)).toEqual(before);
});

test('a server that neither filters nor takes push options will do', async () => {
  await using sandbox = await createSandbox({ filter: false, pushOptions: false });
  await expectDelivery(sandbox, await sandbox.clone({ asJob: true }));
});

test('where a server does not send single objects, a shallow checkout is told what it lacks', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const checkout = await sandbox.clone({ asJob: true });
  // As with servers of the old protocol.
  await sandbox.configure(checkout, { 'protocol.version': '0' });
  expect(await sandbox.gitops(checkout, ['status'])).toEqual({
    status: 5,
    stdout: '',
    stderr: `${origin.directory} does not send single objects by their names.
Run it in a full clone: after git fetch --unshallow, or with GIT_DEPTH: 0 in GitLab CI.
`,
  });
  await git(checkout, ['fetch', '--quiet', '--unshallow']);
  await expectDelivery(sandbox, checkout);
});

test('a server that takes push options is asked to start no pipeline', async () => {
  await using sandbox = await createSandbox();
  const file = join(sandbox.folder, 'options');
  await sandbox.origin.installHook('post-receive', `echo "$GIT_PUSH_OPTION_COUNT $GIT_PUSH_OPTION_0" >'${file}'`);
  await expectDelivery(sandbox, await sandbox.clone());
  expect(await takeSnapshot(sandbox.folder)).toMatchObject({ options: '1 ci.skip\n' });
});

test('a partial clone will do', async () => {
  await using sandbox = await createSandbox();
  await expectDelivery(sandbox, await sandbox.clone({ filter: 'blob:none' }));
});

test('a linked worktree will do, and so will a folder inside it', async () => {
  await using sandbox = await createSandbox();
  const worktree = join(sandbox.folder, 'linked');
  await git(await sandbox.clone(), ['worktree', 'add', '--quiet', '--detach', worktree]);
  await expectDelivery(sandbox, worktree);
  await expectDelivery(sandbox, join(worktree, 'src'));
});

test('another folder than this one is named by --repo', async () => {
  await using sandbox = await createSandbox();
  const checkout = await sandbox.clone();
  await expectDelivery(sandbox, sandbox.folder, ['--repo', checkout]);
});

test('a remote at a relative path is found from the top of the checkout, as git finds it', async () => {
  await using sandbox = await createSandbox();
  const checkout = await sandbox.clone({ address: '../origin.git' });
  await expectDelivery(sandbox, checkout);
  await expectDelivery(sandbox, sandbox.folder, ['--repo', join(checkout, 'src')]);
});

test('a remote and a branch of other names are named by --remote and --branch', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const tag = (await origin.commit('Add a thing', {}, 'trunk')).slice(0, 8);
  const checkout = await sandbox.clone();
  await git(checkout, ['remote', 'rename', 'origin', 'upstream']);
  const main = await origin.tip();

  const args = ['deploy', 'dev', '--tag', tag, '--digest', digest, '--remote', 'upstream', '--branch', 'trunk'];
  expect(await sandbox.gitops(checkout, args)).toMatchObject({ status: 0, stderr: '' });
  expect(await origin.git('log', '-1', '--format=%s', 'trunk')).toBe(`deploy(dev): ${tag}`);
  expect(await origin.tip()).toBe(main);
});

test("the branch is the project's default one, where the pipeline names it", async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const tag = (await origin.commit('Add a thing', {}, 'trunk')).slice(0, 8);
  const args = ['deploy', 'dev', '--tag', tag, '--digest', digest];
  const run = await sandbox.gitops(await sandbox.clone(), args, { CI_DEFAULT_BRANCH: 'trunk' });
  expect(run).toMatchObject({ status: 0, stderr: '' });
  expect(await origin.git('log', '-1', '--format=%s', 'trunk')).toBe(`deploy(dev): ${tag}`);
});

test('a run inside a hook, where git points elsewhere, works on the folder that it is in', async () => {
  await using sandbox = await createSandbox();
  const checkout = await sandbox.clone();
  const elsewhere = { GIT_DIR: '/nowhere', GIT_INDEX_FILE: '/nowhere/index', GIT_WORK_TREE: '/nowhere' };
  await expectDelivery(sandbox, checkout, [], elsewhere);
});

test('what a user has configured changes nothing of a delivery', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const hooks = join(sandbox.folder, 'hooks');
  await mkdir(hooks);
  // The server is on the same machine here, but it is nobody's of this user.
  await origin.git('config', 'core.hooksPath', join(origin.directory, 'hooks'));
  for (const hook of ['pre-push', 'post-commit', 'reference-transaction'])
    await writeFile(join(hooks, hook), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  await writeFile(
    join(sandbox.env.HOME ?? '', '.gitconfig'),
    `[core]\n\thooksPath = ${hooks}\n\tautocrlf = true\n\tabbrev = 4\n[color]\n\tui = always\n` +
      '[log]\n\tshowSignature = true\n\tdecorate = full\n' +
      '[i18n]\n\tcommitEncoding = ISO-8859-1\n\tlogOutputEncoding = ISO-8859-1\n[push]\n\tfollowTags = true\n',
  );
  const checkout = await sandbox.clone();
  await git(checkout, ['tag', '-a', '-m', 'A tag of mine', 'mine']);

  await expectDelivery(sandbox, checkout, [], {}, 'Grüße an alle');
  expect(await origin.git('log', '-1', '--format=%b', 'main')).toContain('Grüße an alle\n');
  expect(await origin.git('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
});

/** A release is committed, deployed from the folder, and runs as told. */
async function expectDelivery(
  sandbox: Sandbox,
  folder: string,
  args: string[] = [],
  env: NodeJS.ProcessEnv = {},
  subject = 'Add a thing',
) {
  const { origin } = sandbox;
  const tag = (await origin.commit(subject)).slice(0, 8);
  const run = await sandbox.gitops(folder, ['deploy', 'dev', '--tag', tag, '--digest', digest, ...args], env);
  expect(run).toMatchObject({ status: 0, stderr: '' });
  expect(await origin.read(valuesPath)).toBe(await origin.runningValues('dev', tag, digest));
  expect(await sandbox.leftovers()).toEqual([]);
}
