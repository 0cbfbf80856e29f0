import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { delivered, deployRelease } from '../support/command/delivery.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import { git } from '../support/git/git.ts';
import { serveGit } from '../support/git/server.ts';
import { listen } from '../support/process/loopback.ts';

const byHand = 'Try git ls-remote by hand; in CI, check the token and its rights.\n';
const token = 'glpat-of-the-project';

/** A server that sends everybody to the same path of another one. */
function pointTo(host: string) {
  return listen((request, response) => {
    response.writeHead(302, { Location: `http://${host}${request.url ?? ''}` }).end();
  });
}

test.each([
  { name: 'A token', env: { GITOPS_PUSH_TOKEN: token } },
  { name: "A token, although the user's settings follow", env: { GITOPS_PUSH_TOKEN: token }, follows: true },
  { name: 'A password in the address', credential: 'ada:secret@' },
  { name: "A header of the user's", header: `Authorization: Basic ${btoa(`oauth2:${token}`)}` },
])('$name does not follow a redirection, and where that points is told', async (given) => {
  await using sandbox = await createSandbox();
  await using server = await serveGit({ directory: sandbox.origin.directory });
  await using first = await pointTo(server.host);
  const address = `http://${first.host}/shop/project.git`;
  const checkout = await sandbox.clone({ address: address.replace('//', `//${given.credential ?? ''}`) });
  if (given.header !== undefined) await sandbox.configure(checkout, { 'http.extraHeader': given.header });
  if (given.follows) await sandbox.configure(checkout, { [`http.${address}.followRedirects`]: 'true' });

  expect(await deployRelease(sandbox, checkout, given)).toMatchObject({
    status: 5,
    stdout: '',
    stderr: `${address} redirects to ${server.address}, and a credential is sent to its own host only.
If the project has moved there: git remote set-url origin ${server.address}
`,
  });
  expect(new Set(server.visitors)).toEqual(new Set(['']));
});

test('without a credential a redirection is followed, as by git', async () => {
  await using sandbox = await createSandbox();
  await using server = await serveGit({ directory: sandbox.origin.directory });
  await using first = await pointTo(server.host);
  const checkout = await sandbox.clone({ address: `http://${first.host}/shop/project.git` });
  const run = await deployRelease(sandbox, checkout);
  expect(run).toEqual(await delivered(sandbox, run.tag));
});

test('a token goes to the host that is pushed to, and not to another one that is fetched from', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  await using mirror = await serveGit({ directory: origin.directory });
  await using server = await serveGit({ directory: origin.directory, users: { oauth2: token } });
  const checkout = await sandbox.clone({ address: mirror.address });
  await git(checkout, ['remote', 'set-url', '--push', 'origin', server.address]);
  const run = await deployRelease(sandbox, checkout, { env: { GITOPS_PUSH_TOKEN: token } });
  expect(run).toEqual(await delivered(sandbox, run.tag));
  expect(new Set(mirror.visitors)).toEqual(new Set(['']));
  expect(new Set(server.visitors)).toEqual(new Set(['oauth2']));
});

test('a password with a percent sign that is no escape is sent as git sends it', async () => {
  await using sandbox = await createSandbox();
  const users = { ada: '100% sure' };
  await using server = await serveGit({ directory: sandbox.origin.directory, users });
  const checkout = await sandbox.clone({ address: server.address.replace('//', '//ada:100%25%20sure@') });
  const run = await deployRelease(sandbox, checkout);
  expect(run).toEqual(await delivered(sandbox, run.tag));
  const wrong = await sandbox.clone({ address: server.address.replace('//', '//ada:100%@') });
  expect(await deployRelease(sandbox, wrong)).toMatchObject({
    status: 5,
    stderr: `${server.address} could not be reached: fatal: could not read Username for 'http://${server.host}': terminal prompts disabled
${byHand}`,
  });
});

test("a token that stands as the user's name in an address is in no message and no argument", async () => {
  await using sandbox = await createSandbox();
  const users = { [token]: 'x-oauth-basic' };
  await using server = await serveGit({ directory: sandbox.origin.directory, users });
  const trace = join(sandbox.folder, 'trace');
  const checkout = await sandbox.clone({ address: server.address.replace('//', `//${token}@`) });
  expect(await deployRelease(sandbox, checkout, { env: { GIT_TRACE: trace } })).toMatchObject({
    status: 5,
    stderr: `${server.address} could not be reached: fatal: could not read Password for 'http://${server.host}': terminal prompts disabled
${byHand}`,
  });
  const calls = await readFile(trace, 'utf8');
  expect(calls).toContain('git-remote-http origin');
  expect(calls).not.toContain(token);
});

test('a token in the query of an address is in no message', async () => {
  await using sandbox = await createSandbox();
  await using server = await listen((_, response) => void response.writeHead(404).end());
  const address = `http://${server.host}/shop/project.git`;
  const checkout = await sandbox.clone({ address: `${address}?private_token=${token}` });
  const { status, stderr } = await deployRelease(sandbox, checkout);
  expect(status).toBe(5);
  expect(stderr).toContain(`${address} could not be reached: fatal: `);
  expect(stderr).not.toContain(token);
});

test('a password in an SSH address is in no message and no argument', async () => {
  await using sandbox = await createSandbox();
  const checkout = await sandbox.clone({ address: 'ssh://git:secret@git.example.com:2222/project.git' });
  const ssh = join(sandbox.folder, 'ssh');
  await writeFile(ssh, '#!/bin/sh\necho "ssh $*: connection refused" >&2\nexit 255\n', { mode: 0o755 });
  const { status, stderr } = await deployRelease(sandbox, checkout, { env: { GIT_SSH: ssh } });
  expect(status).toBe(5);
  expect(stderr).toContain('ssh://git@git.example.com:2222/project.git could not be reached: ssh ');
  expect(stderr).toContain('git@git.example.com');
  expect(stderr).not.toContain('secret');
});

test.each(['https://ada:se/cret@git.example.com:80000/project.git', 'https://ada:secret@/project.git'])(
  'an address that is none is a mistake of its own, and its password is not shown: %s',
  async (address) => {
    await using sandbox = await createSandbox();
    const checkout = await sandbox.clone({ address });
    expect(await deployRelease(sandbox, checkout)).toMatchObject({
      status: 2,
      stdout: '',
      stderr: `The address of the remote "origin" of ${checkout} is not a valid URL.
git remote get-url origin shows it, git remote set-url mends it; special characters of a password are written %XX.
`,
    });
  },
);
