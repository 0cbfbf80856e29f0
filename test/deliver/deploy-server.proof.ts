import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { serveGit } from '../support/git/server.ts';
import { findDeadHost, listen } from '../support/process/loopback.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const byHand = 'Try git ls-remote by hand; in CI, check the token and its rights.\n';

test('a hook that declines is asked once, and quoted', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const calls = join(sandbox.folder, 'calls');
  await origin.installHook(
    'pre-receive',
    `echo called >>'${calls}'
echo 'GitLab: You are not allowed to push code to protected branches on this project.' >&2
exit 1`,
  );
  const run = await deploy(sandbox);

  expect(run).toEqual({
    status: 3,
    stdout: '',
    stderr: `${origin.directory} refused the push (pre-receive hook declined):
  remote: GitLab: You are not allowed to push code to protected branches on this project.
Check whose token it is, the rules of the protected branch, and the push rules of the project.
`,
  });
  expect(await readFile(calls, 'utf8')).toBe('called\n');
  expect(await origin.log()).toEqual(['Add a thing', 'Start the project']);
});

test('a server that takes the connection and says nothing is given up', async () => {
  await using sandbox = await createSandbox();
  await using server = await listen(() => undefined);
  const address = `http://${server.host}/project.git`;
  expect(await deploy(sandbox, address, '--deadline', '1s')).toEqual({
    status: 5,
    stdout: '',
    stderr: `${address} could not be reached: no answer within 1 s\n${byHand}`,
  });
  expect(await sandbox.leftovers()).toEqual([]);
});

test('a server that hangs in the middle of a push is given up', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  await origin.installHook('pre-receive', 'sleep 60');
  expect(await deploy(sandbox, undefined, '--deadline', '1s')).toEqual({
    status: 5,
    stdout: '',
    stderr: `${origin.directory} failed a push: no answer within 1 s
Nothing was changed. Run it again when the server is well.
`,
  });
  expect(await origin.log()).toEqual(['Add a thing', 'Start the project']);
});

test('a server that breaks down in the middle of a push is asked again', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  await origin.installHook('pre-receive', 'mkdir "$GIT_DIR/broken" && kill -9 $PPID || exit 0');
  const run = await deploy(sandbox);
  expect({ status: run.status, lines: run.stderr.split('\n')[0] }).toEqual({
    status: 0,
    lines: expect.stringMatching(/^Trying again: .+/),
  });
  expect((await origin.log()).slice(1)).toEqual(['Add a thing', 'Start the project']);
});

test('a server that breaks down in every push is given up after three', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  await origin.installHook('pre-receive', 'kill -9 $PPID');
  const run = await deploy(sandbox);
  expect(run.status).toBe(5);
  expect(run.stderr).toContain(`${origin.directory} failed 3 pushes: `);
  expect(await origin.log()).toEqual(['Add a thing', 'Start the project']);
});

test('a server where nobody listens could not be reached', async () => {
  await using sandbox = await createSandbox();
  const host = await findDeadHost();
  const run = await deploy(sandbox, `http://${host}/project.git`);
  expect(run.status).toBe(5);
  expect(run.stderr).toMatch(
    new RegExp(`^http://${host}/project.git could not be reached: fatal: .*Failed to connect to .*\n${byHand}$`),
  );
});

test('a push whose answer was lost after it had landed is told as what it is', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  await using server = await serveGit({ directory: origin.directory, losesAnswers: true });
  const run = await deploy(sandbox, server.address, '--json');
  expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: '' });
  expect(JSON.parse(run.stdout)).toMatchObject({
    outcome: 'changed',
    commit: await origin.tip(),
    attempts: 1,
  });
  expect((await origin.log()).slice(1)).toEqual(['Add a thing', 'Start the project']);
});

/** Commits a release, and deploys it to a server: the origin's folder, or another address. */
async function deploy(sandbox: Sandbox, address?: string, ...options: string[]) {
  const { origin } = sandbox;
  const tag = (await origin.commit('Add a thing')).slice(0, 8);
  const checkout = await sandbox.clone({ asJob: true, ...(address !== undefined && { address }) });
  return sandbox.gitops(checkout, ['deploy', 'dev', '--tag', tag, '--digest', digest, ...options]);
}
