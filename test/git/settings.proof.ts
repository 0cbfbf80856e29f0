import { appendFile, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { unifyTexts } from '../../scripts/git/unified.ts';
import { delivered, deployRelease, digest } from '../support/command/delivery.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';
import { git } from '../support/git/git.ts';
import { certificate, serveGit } from '../support/git/server.ts';

/** Where a checkout is in its sandbox, and what its user sets. */
type Setup = (place: { sandbox: Sandbox; checkout: string }) => Promise<NodeJS.ProcessEnv | undefined>;

const ofSsh: { name: string; setup: Setup }[] = [
  {
    name: 'core.sshCommand at a relative path',
    setup: ({ sandbox, checkout }) => set(sandbox, checkout, { 'core.sshCommand': './ssh' }),
  },
  {
    name: 'core.sshCommand that the folder of the checkout includes (includeIf)',
    setup: async ({ sandbox, checkout }) => {
      const included = join(sandbox.folder, 'work.conf');
      await writeFile(included, '[core]\n\tsshCommand = ./ssh\n');
      await configureUser(sandbox, `[includeIf "gitdir:${checkout}/"]\n\tpath = ${included}\n`);
      return undefined;
    },
  },
  {
    name: 'core.sshCommand of this worktree alone',
    setup: async ({ checkout }) => {
      await git(checkout, ['config', 'extensions.worktreeConfig', 'true']);
      await git(checkout, ['config', '--worktree', 'core.sshCommand', './ssh']);
      return undefined;
    },
  },
  {
    name: 'GIT_SSH_COMMAND at a relative path',
    setup: () => Promise.resolve({ GIT_SSH_COMMAND: './ssh' }),
  },
  {
    name: 'core.sshCommand of the command alone (GIT_CONFIG_COUNT)',
    setup: () =>
      Promise.resolve({
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'core.sshCommand',
        GIT_CONFIG_VALUE_0: './ssh',
      }),
  },
  {
    name: 'core.sshCommand of an alias (git -c)',
    setup: () => Promise.resolve({ GIT_CONFIG_PARAMETERS: "'core.sshCommand'='./ssh'" }),
  },
];

test.each(ofSsh)('$name is used, also in a folder below', async ({ setup }) => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const checkout = await sandbox.clone({ address: `git@git.example.com:${origin.directory}` });
  // It stands for a server at the other end: it runs here what it would be asked to.
  const ssh = `#!/bin/sh\necho "$*" >>'${sandbox.folder}/calls'\nfor command; do :; done\nexec sh -c "$command"\n`;
  await writeFile(join(checkout, 'ssh'), ssh, { mode: 0o755 });
  const env = await setup({ sandbox, checkout });

  const first = await deployRelease(sandbox, checkout, { env });
  expect(first).toEqual(await delivered(sandbox, first.tag));
  const second = await deployRelease(sandbox, join(checkout, 'src'), { env });
  expect(second).toEqual(await delivered(sandbox, second.tag, first.tag));
  expect(await sandbox.leftovers()).toEqual([]);
});

const ofTls: { name: string; setup: Setup }[] = [
  {
    name: 'http.sslCAInfo at a relative path',
    setup: ({ sandbox, checkout }) => set(sandbox, checkout, { 'http.sslCAInfo': 'authority.pem' }),
  },
  {
    name: 'GIT_SSL_CAINFO at a relative path',
    setup: () => Promise.resolve({ GIT_SSL_CAINFO: 'authority.pem' }),
  },
];

test.each(ofTls)('$name is used', async ({ setup }) => {
  await using sandbox = await createSandbox();
  await using server = await serveGit({ directory: sandbox.origin.directory, isSecure: true });
  const checkout = await sandbox.clone({ address: server.address });
  await copyFile(certificate, join(checkout, 'authority.pem'));

  const run = await deployRelease(sandbox, checkout, { env: await setup({ sandbox, checkout }) });
  expect(run).toEqual(await delivered(sandbox, run.tag));
});

test('an authority that is not known is told by its setting', async () => {
  await using sandbox = await createSandbox();
  await using server = await serveGit({ directory: sandbox.origin.directory, isSecure: true });
  const { status, stderr } = await deployRelease(sandbox, await sandbox.clone({ address: server.address }));
  expect(status).toBe(5);
  expect(stderr).toMatch(/ could not be reached: .*certificate.*\nName the authority of its certificate: /s);
});

test('a helper of the checkout at a relative path is asked for the password of the user in the address', async () => {
  await using sandbox = await createSandbox();
  const users = { ada: 'p@ssword', oauth2: 'another' };
  await using server = await serveGit({ directory: sandbox.origin.directory, users });
  const checkout = await sandbox.clone({ address: server.address.replace('//', '//ada@') });
  await writeFile(join(checkout, 'helper'), '#!/bin/sh\ngrep -q username=ada && echo password=p@ssword\n', {
    mode: 0o755,
  });
  await sandbox.configure(checkout, { 'credential.helper': '!./helper' });

  const run = await deployRelease(sandbox, checkout);
  expect(run).toEqual(await delivered(sandbox, run.tag));
  expect(new Set(server.visitors)).toEqual(new Set(['ada']));
});

test.each([
  {
    name: 'safe.bareRepository, as Git 3.0 has it',
    config: '[safe]\n\tbareRepository = explicit\n',
  },
  { name: 'a server that is asked for other refs', config: '[remote "origin"]\n\tfetch = +refs/*:refs/*\n' },
  { name: 'paths that are patterns', env: { GIT_GLOB_PATHSPECS: '1' } },
  { name: 'paths in any case', env: { GIT_ICASE_PATHSPECS: '1' } },
  { name: 'paths that are none', env: { GIT_NOGLOB_PATHSPECS: '1', GIT_LITERAL_PATHSPECS: '1' } },
  { name: 'dates that nobody can read', env: { GIT_AUTHOR_DATE: 'soon', GIT_COMMITTER_DATE: 'later' } },
  { name: 'the quarantine of a hook', env: { GIT_QUARANTINE_PATH: '/nowhere' } },
])('$name changes nothing of what is read or written', async ({ config = '', env }) => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const checkout = await sandbox.clone();
  await configureUser(sandbox, config);
  const first = await deployRelease(sandbox, checkout, { env });
  expect(first).toEqual(await delivered(sandbox, first.tag));
  const second = await deployRelease(sandbox, checkout, { env });
  expect(second).toEqual(await delivered(sandbox, second.tag, first.tag));
  expect(await origin.git('log', '-1', '--format=%B', 'main')).toBe(
    `deploy(dev): ${second.tag}

Add a thing

Environment: dev
Kind: deploy
From: ${first.tag}
To: ${second.tag}
Digest: ${digest}
Revision: ${await origin.git('rev-parse', second.tag)}
Actor: grace`,
  );
});

test('a difference is the same whatever the user sets', async () => {
  const env = {
    PATH: process.env.PATH,
    GIT_EXTERNAL_DIFF: 'false',
    GIT_DIFF_OPTS: '--unified=0',
    GIT_CONFIG_PARAMETERS: "'diff.noprefix'='true' 'diff.context'='0'",
  };
  const texts = { before: 'a\nb\n', after: 'a\nc\n' };
  expect(await unifyTexts('x', texts, { env })).toBe('--- x\n+++ x\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n');
});

async function set(sandbox: Sandbox, checkout: string, settings: Readonly<Record<string, string>>): Promise<undefined> {
  await sandbox.configure(checkout, settings);
}

async function configureUser(sandbox: Sandbox, config: string): Promise<void> {
  const home = sandbox.env.HOME ?? '';
  await mkdir(home, { recursive: true });
  await appendFile(join(home, '.gitconfig'), config);
}
