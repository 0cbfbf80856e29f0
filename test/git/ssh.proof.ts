import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { delivered, deployRelease } from '../support/command/delivery.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';
import { serveSsh } from '../support/git/ssh-server.ts';
import type { SshServer } from '../support/git/ssh-server.ts';
import { run } from '../support/process/run.ts';

test('a key opens a server over SSH', async () => {
  await using sandbox = await createSandbox();
  await using server = await serveSsh(sandbox.folder);
  const checkout = await cloneBySsh(sandbox, server, [`IdentityFile "${server.key}"`]);
  const first = await deployRelease(sandbox, checkout);
  expect(first).toEqual(await delivered(sandbox, first.tag));
});

test('an agent opens a server over SSH, and no key does without it', async () => {
  await using sandbox = await createSandbox();
  await using server = await serveSsh(sandbox.folder);
  await using agent = await startAgent(sandbox.folder, server.key);
  const checkout = await cloneBySsh(sandbox, server, ['IdentityFile none']);
  const locked = await deployRelease(sandbox, checkout);
  expect({ status: locked.status, words: locked.stderr.split('\n').slice(0, 1) }).toEqual({
    status: 5,
    words: [expect.stringMatching(/ could not be reached: .*: Permission denied \(publickey\)\.$/)],
  });
  expect(locked.stderr).toMatch(/\nCheck the SSH key: ssh-add -l lists those of the agent, .*\n$/);
  const opened = await deployRelease(sandbox, checkout, { env: { SSH_AUTH_SOCK: agent.socket } });
  expect(opened).toEqual(await delivered(sandbox, opened.tag));
});

test('a host whose key is unknown is told by known_hosts, and nobody is asked', async () => {
  await using sandbox = await createSandbox();
  await using server = await serveSsh(sandbox.folder);
  const checkout = await cloneBySsh(sandbox, { ...server, knownHost: '' }, [`IdentityFile "${server.key}"`]);
  const { status, stderr } = await deployRelease(sandbox, checkout);
  expect(status).toBe(5);
  expect(stderr).toMatch(
    /^ssh:\/\/\S+ could not be reached: .*Host key verification failed\..*\nCompare the key of the host with the one that it publishes, and add it to known_hosts: ssh-keyscan HOST prints it\.\n$/s,
  );
});

/** Clones the sandbox's origin, which the server reaches; the client's settings are in the checkout, at a relative path. */
async function cloneBySsh(
  sandbox: Sandbox,
  { address, knownHost }: Pick<SshServer, 'address' | 'knownHost'>,
  settings: readonly string[],
): Promise<string> {
  const checkout = await sandbox.clone({ address: `${address}${encodeURI(sandbox.origin.directory)}` });
  const known = join(sandbox.folder, 'known_hosts');
  await writeFile(known, `${knownHost}\n`);
  const lines = [`UserKnownHostsFile "${known}"`, 'GlobalKnownHostsFile none', ...settings];
  await writeFile(join(checkout, 'ssh_config'), `${lines.join('\n')}\n`);
  await sandbox.configure(checkout, { 'core.sshCommand': 'ssh -F ./ssh_config' });
  return checkout;
}

async function startAgent(folder: string, key: string): Promise<AsyncDisposable & { socket: string }> {
  const socket = join(folder, 'agent');
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  // It says where it listens once it does.
  await once(agent.stdout, 'data');
  const env = { PATH: process.env.PATH, SSH_AUTH_SOCK: socket };
  await run('ssh-add', ['-q', key], { env, timeLimit: 20_000 });
  return {
    socket,
    async [Symbol.asyncDispose]() {
      agent.kill();
      await once(agent, 'exit');
    },
  };
}
