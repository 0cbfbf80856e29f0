import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { argoToken, invalidSession, serveArgo } from '../support/argocd/server.ts';
import { recordApplication } from '../support/argocd/situation.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';
import { serveGit } from '../support/git/server.ts';
import { listen } from '../support/process/loopback.ts';
import { serveRegistry } from '../support/registry/registry-server.ts';

const token = 'a-token-of-the-job';
const password = 'a-password';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await createSandbox();
  await sandbox.origin.commit('Begin');
});

afterEach(async () => {
  await sandbox[Symbol.asyncDispose]();
});

test('a job whose settings are fine is told so', async () => {
  await using git = await serve({ 'gitlab-ci-token': token });
  await using registry = await serveRegistry({ user: 'robot', password, login: 'basic', digests: new Map() });
  await using argo = await serveArgo({
    applications: [{ body: recordApplication({ commit: 'a'.repeat(40), tag: 'a'.repeat(8), digest: '' }) }],
  });
  const checkout = await sandbox.clone({ address: git.address, asJob: true });
  const env = { ...jobAt(registry.host), ARGOCD_SERVER: `http://${argo.host}`, ARGOCD_AUTH_TOKEN: argoToken };
  const { status, stdout, stderr } = await sandbox.gitops(checkout, ['doctor', '--for', 'pipeline', '--json'], env);
  expect([status, stderr]).toEqual([0, '']);
  const found = JSON.parse(stdout) as { check: string; fine: boolean; message: string }[];
  expect(found.filter(({ fine }) => !fine)).toEqual([]);
  expect(Object.fromEntries(found.map(({ check, message }) => [check, message]))).toMatchObject({
    node: process.version,
    identity: 'Grace Operator <grace@example.com>',
    remote: expect.stringMatching(/^http:\S+: main is at [0-9a-f]{8}, and a push is let in/),
    clock: 'agrees with the servers',
    gitlab: "jobs push by the job's own token, with the rights of whoever started the pipeline",
    registry: `${registry.host}/shop/orders answers`,
    argocd: `http://${argo.host} answers, and the token may see 1 of its Applications`,
  });
  expect(git.visitors).toContain('gitlab-ci-token');
});

test('all that is wrong is told at once, with what mends it, and the worst decides', async () => {
  await using git = await serve({ somebody: 'else' });
  await using registry = await serveRegistry({ user: 'robot', password: 'other', login: 'basic', digests: new Map() });
  await using argo = await serveArgo({ applications: [invalidSession] });
  const checkout = await sandbox.clone({ address: git.address });
  const env = {
    ...jobAt(registry.host),
    CI_COMMIT_REF_PROTECTED: 'false',
    ARGOCD_SERVER: `http://${argo.host}`,
    ARGOCD_AUTH_TOKEN: 'expired',
  };
  const { status, stdout } = await sandbox.gitops(checkout, ['doctor', '--for', 'pipeline', '--json'], env);
  const found = JSON.parse(stdout) as { check: string; fine: boolean; code?: string; hint?: string }[];
  expect(status).toBe(5);
  expect(found.filter(({ fine }) => !fine).map(({ check, code }) => [check, code])).toEqual([
    ['remote', 'remote-unreachable'],
    ['gitlab', 'usage'],
    ['registry', 'registry-refused'],
    ['argocd', 'argocd-refused'],
  ]);
  expect(found.filter(({ fine, hint }) => !fine && !hint)).toEqual([]);
  expect(stdout).not.toContain(token);
  expect(stdout).not.toContain(password);
});

test('a clock that disagrees with a server, and a tip of the future, are told', async () => {
  await using argo = await listen((_, response) => response.setHeader('Date', 'Thu, 01 Jan 2026 00:00:00 GMT').end());
  const checkout = await sandbox.clone();
  const told = await sandbox.gitops(checkout, ['doctor'], { ARGOCD_SERVER: `http://${argo.host}` });
  expect([told.status, told.stdout]).toEqual([
    2,
    expect.stringContaining('but 2026-01-01T00:00:00.000Z at a server.\n'),
  ]);

  sandbox.origin.time = new Date(Date.now() + 3_600_000);
  await sandbox.origin.commit('From the future');
  const ahead = await sandbox.gitops(checkout, ['doctor']);
  expect([ahead.status, ahead.stdout]).toEqual([
    2,
    expect.stringMatching(/✗ +clock +It is \S+ here, but the tip of main is of /),
  ]);
});

function serve(users: Readonly<Record<string, string>>) {
  return serveGit({ directory: sandbox.origin.directory, users });
}

/** The variables of a job on the protected branch. */
function jobAt(registry: string): NodeJS.ProcessEnv {
  return {
    CI: 'true',
    CI_JOB_TOKEN: token,
    CI_COMMIT_BRANCH: 'main',
    CI_COMMIT_REF_PROTECTED: 'true',
    CI_REGISTRY: registry,
    CI_REGISTRY_IMAGE: `${registry}/shop/orders`,
    CI_REGISTRY_USER: 'robot',
    CI_REGISTRY_PASSWORD: password,
  };
}
