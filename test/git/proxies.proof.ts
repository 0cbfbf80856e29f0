import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { runProgram } from '../../scripts/process/program.ts';
import { delivered, deployRelease } from '../support/command/delivery.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import { serveGit } from '../support/git/server.ts';
import { startProxy } from '../support/process/proxy.ts';

const address = 'git.example.com/shop/project.git';

test('git goes to an HTTPS server through HTTPS_PROXY', async () => {
  await using sandbox = await createSandbox();
  await using server = await serveGit({ directory: sandbox.origin.directory, isSecure: true });
  await using proxy = await startProxy(server.host);
  const checkout = await sandbox.clone({ address: `https://${address}` });
  // The certificate is for the loopback address alone.
  await sandbox.configure(checkout, { 'http.sslVerify': 'false' });
  const run = await deployRelease(sandbox, checkout, { env: { HTTPS_PROXY: `http://${proxy.host}` } });
  expect(run).toEqual(await delivered(sandbox, run.tag));
  expect(new Set(proxy.calls)).toEqual(new Set(['CONNECT git.example.com:443']));
});

test.each(['http.proxy', 'http.http://git.example.com.proxy', 'remote.origin.proxy'])(
  'git goes through the proxy of %s',
  async (key) => {
    await using sandbox = await createSandbox();
    await using server = await serveGit({ directory: sandbox.origin.directory });
    await using proxy = await startProxy(server.host);
    const checkout = await sandbox.clone({ address: `http://${address}` });
    await sandbox.configure(checkout, { [key]: `http://${proxy.host}` });
    const run = await deployRelease(sandbox, checkout);
    expect(run).toEqual(await delivered(sandbox, run.tag));
    expect(new Set(proxy.calls)).toEqual(new Set(['GET git.example.com', 'POST git.example.com']));
  },
);

test('git goes around a proxy to a host of NO_PROXY', async () => {
  await using sandbox = await createSandbox();
  await using server = await serveGit({ directory: sandbox.origin.directory });
  await using proxy = await startProxy();
  const env = { http_proxy: `http://${proxy.host}`, NO_PROXY: '127.0.0.1' };
  const run = await deployRelease(sandbox, await sandbox.clone({ address: server.address }), { env });
  expect(run).toEqual(await delivered(sandbox, run.tag));
  expect(proxy.calls).toEqual([]);
});

const basic = {
  CI_REGISTRY: 'registry.example.com',
  CI_REGISTRY_IMAGE: 'registry.example.com/shop/orders',
  CI_REGISTRY_USER: 'ada',
  CI_REGISTRY_PASSWORD: 'secret',
};
const ecr = {
  ECR_REPOSITORY_URL: '123456789012.dkr.ecr.eu-central-1.amazonaws.com',
  AWS_REGION: 'eu-central-1',
  AWS_MAX_ATTEMPTS: '1',
  PROJECT_NAME: 'orders',
};
const keys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
const role = { AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/orders', AWS_ID_TOKEN: 'token' };

test.each([
  { what: 'A registry', env: basic, calls: ['CONNECT registry.example.com:443'] },
  { what: 'ECR', env: { ...ecr, ...keys }, calls: ['CONNECT api.ecr.eu-central-1.amazonaws.com:443'] },
  {
    what: 'The role for ECR',
    env: { ...ecr, ...role },
    calls: ['CONNECT sts.eu-central-1.amazonaws.com:443'],
  },
  { what: 'A registry of NO_PROXY', env: { ...basic, NO_PROXY: '.example.com' }, calls: [] },
])('$what is asked through HTTPS_PROXY, as far as NO_PROXY lets it', async ({ env, calls }) => {
  await using sandbox = await createSandbox();
  await using proxy = await startProxy();
  const { status, stderr } = await runProgram(process.execPath, [resolve('scripts/gitops.ts'), 'image', 'publish'], {
    cwd: sandbox.folder,
    env: {
      ...sandbox.env,
      ...env,
      CI_COMMIT_SHORT_SHA: '3f9c1b2a',
      HTTPS_PROXY: `http://ada:secret@${proxy.host}`,
    },
    timeLimit: 25_000,
  });
  expect(status).toBe(5);
  expect(stderr).toContain(' could not be asked: ');
  expect(stderr).not.toContain('secret');
  expect(proxy.calls).toEqual(calls);
});

test('Argo CD is asked through HTTPS_PROXY, and what is on this machine is not', async () => {
  await using proxy = await startProxy();
  const proxies = { HTTPS_PROXY: `http://${proxy.host}`, HTTP_PROXY: `http://${proxy.host}` };
  expect(await ask('https://argocd.example.com', proxies)).toMatch(/argocd\.example\.com: .*502/);
  expect(proxy.calls).toEqual(['CONNECT argocd.example.com:443']);
  expect(await ask('http://127.0.0.1:1', proxies)).toContain('ECONNREFUSED');
  expect(proxy.calls).toHaveLength(1);
});

test.each(['socks5://proxy.example.com', 'http://'])('%s, which is no proxy of HTTP, is left to git', async (proxy) => {
  await using sandbox = await createSandbox();
  const run = await deployRelease(sandbox, await sandbox.clone(), { env: { HTTPS_PROXY: proxy } });
  expect(run).toEqual(await delivered(sandbox, run.tag));
});

/** What a question to Argo CD ends with, in a process that uses these proxies. */
async function ask(server: string, env: NodeJS.ProcessEnv): Promise<string> {
  const script = `
    const { useProxies } = await import('./scripts/shell/run-main.ts');
    const { openArgo } = await import('./scripts/argocd/argocd.ts');
    useProxies(process.env);
    const settings = { address: process.argv[1], token: 'token', isInsecure: false };
    const argo = openArgo(settings, { timeLimit: 5000, signal: new AbortController().signal });
    console.log((await argo.readApplication({ application: 'orders', project: 'orders' })).reason);`;
  const { stdout, stderr } = await runProgram(process.execPath, ['--input-type=module', '-e', script, server], {
    env: { PATH: process.env.PATH, ...env },
    timeLimit: 20_000,
  });
  return stdout.toString() + stderr;
}
