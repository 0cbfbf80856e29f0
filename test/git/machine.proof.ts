import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { delivered, deployRelease } from '../support/command/delivery.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import { flow } from '../support/git/flow.ts';
import { runs } from '../support/git/runs.ts';

const room = 'Make room on this machine, or set TMPDIR to a folder that can be written; then run it again.\n';
const identity =
  'Set it: git config user.name "…" && git config user.email "…", or GITLAB_USER_NAME and GITLAB_USER_EMAIL.\n';

test('a checkout of another user is told by the setting that trusts it, and works with that', async () => {
  await using sandbox = await createSandbox();
  const checkout = await sandbox.clone();
  // As Git's own tests do it, for who cannot give a folder away.
  await sandbox.wrap('git', 'export GIT_TEST_ASSUME_DIFFERENT_OWNER=1');
  expect(await deployRelease(sandbox, checkout)).toMatchObject({
    status: 2,
    stdout: '',
    stderr: `Git does not work in ".": ${checkout} belongs to another user.
If you trust what is in it: git config --global --add safe.directory '${checkout}'
`,
  });
  const trusted = [checkout, sandbox.origin.directory].map((path) => `\tdirectory = ${path}\n`);
  await writeFile(join(sandbox.env.HOME ?? '', '.gitconfig'), `[safe]\n${trusted.join('')}`);
  const run = await deployRelease(sandbox, checkout);
  expect(run).toEqual(await delivered(sandbox, run.tag));
});

test.each([
  { name: 'is missing', folder: 'gone', code: 'ENOENT: no such file or directory' },
  { name: 'is a file', folder: 'home/.gitconfig', code: 'ENOTDIR: not a directory' },
])('a temporary folder that $name is named', async ({ folder, code }) => {
  await using sandbox = await createSandbox();
  await writeFile(join(sandbox.env.HOME ?? '', '.gitconfig'), '');
  const TMPDIR = join(sandbox.folder, folder);
  const { status, stderr } = await deployRelease(sandbox, await sandbox.clone(), { env: { TMPDIR } });
  expect({ status, stderr: stderr.replace(/(gitops-)\w+/, '$1') }).toEqual({
    status: 2,
    stderr: `Cannot make a folder in ${TMPDIR}: ${code}, mkdtemp '${TMPDIR}/gitops-'\n${room}`,
  });
});

test('a temporary folder at a relative path is the one that the command sees', async () => {
  await using sandbox = await createSandbox();
  const checkout = await sandbox.clone();
  const args = ['--repo', checkout];
  const run = await deployRelease(sandbox, sandbox.folder, { args, env: { TMPDIR: 'tmp' } });
  expect(run).toEqual(await delivered(sandbox, run.tag));
  expect(await sandbox.leftovers()).toEqual([]);
});

test.each(['main..', 'ma in', 'main*', 'a:b', '-x', 'x.lock', '@{-1}', ''])(
  'the name %j, which no branch can have, is a mistake of the command line',
  async (branch) => {
    await using sandbox = await createSandbox();
    const checkout = await sandbox.clone();
    expect(await deployRelease(sandbox, checkout, { args: [`--branch=${branch}`] })).toMatchObject({
      status: 2,
      stdout: '',
      stderr: `${JSON.stringify(branch)} is not a valid name of a branch.
Name the branch that the deliveries go to by --branch; git branch --remotes lists those of the remote.
`,
    });
  },
);

test('a branch in the way of a proposal is named', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const release = (await origin.commit('Add a thing')).slice(0, 8);
  await origin.commit('Run it', {
    ...flow({ staging: { via: 'merge-request' } }),
    ...runs({ dev: release }),
  });
  await origin.git('branch', 'promote');
  expect(await sandbox.gitops(await sandbox.clone(), ['promote', 'staging'])).toMatchObject({
    status: 3,
    stdout: '',
    stderr: `${origin.directory} has a branch promote, and Git allows no branch promote/staging/${release} beside it.
Rename it, or delete it: git push origin --delete promote
`,
  });
});

test.each([
  {
    name: 'a name of no letters',
    given: { GITLAB_USER_NAME: '<>' },
    words: 'name consists only of disallowed characters: <>',
  },
  {
    name: 'a name of spaces',
    given: { GITLAB_USER_NAME: ' ' },
    words: 'name consists only of disallowed characters:  ',
  },
])('$name is told in the words of Git', async ({ given, words }) => {
  await using sandbox = await createSandbox();
  expect(await deployRelease(sandbox, await sandbox.clone(), { env: given })).toMatchObject({
    status: 2,
    stdout: '',
    stderr: `Git does not know who commits: ${words}.\n${identity}`,
  });
});

test.each([
  { version: '2.31.8', isOld: true },
  { version: '1.8.3.1', isOld: true },
  { version: '2.32.0', isOld: false },
  { version: '3.0.0-rc1', isOld: false },
])('Git $version is told by its number where it is too old: $isOld', async ({ version, isOld }) => {
  await using sandbox = await createSandbox();
  await sandbox.wrap('git', `case " $* " in *' version '*) echo 'git version ${version}'; exit; esac`);
  const run = await deployRelease(sandbox, await sandbox.clone());
  const told = {
    status: 2,
    stdout: '',
    stderr: `The Git on the PATH is ${version}, which is too old.\nInstall Git 2.32 or a newer one.\n`,
  };
  expect(run).toEqual(isOld ? { tag: run.tag, ...told } : await delivered(sandbox, run.tag));
});
