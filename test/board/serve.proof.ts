import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { open, startBrowser } from '../support/browser/browser.ts';
import { createSandbox, type Sandbox } from '../support/command/sandbox.ts';
import { writeYear } from '../support/git/year.ts';

const used = new AsyncDisposableStack();
let sandbox: Sandbox;
let checkout: string;
let server: ChildProcess;
let address: URL;

beforeAll(async () => {
  sandbox = used.use(await createSandbox({ isEmpty: true }));
  await writeYear(sandbox.origin, new Date());
  checkout = await sandbox.clone();
  server = sandbox.start(checkout, ['board', '--serve'], {}, ['ignore', 'inherit', 'pipe']);
  used.defer(() => void server.kill('SIGKILL'));
  address = await hearAddress(server);
}, 60_000);

afterAll(() => used.disposeAsync());

test('it listens on the loopback address alone', async () => {
  const port = Number(address.port).toString(16).toUpperCase().padStart(4, '0');
  const sockets = await Promise.all(['tcp', 'tcp6'].map((kind) => readFile(`/proc/net/${kind}`, 'utf8')));
  // A local address and its port, and the state of a socket that listens.
  const listening = sockets.flatMap((text) => [...text.matchAll(/: (\w+):(\w{4}) \w+:0000 0A /g)]);
  expect(listening.filter(([, , at]) => at === port).map(([, host]) => host)).toEqual(['0100007F']);
});

test.each(['/', '/index.html', '/changes', '/nothing'])('%s is refused to who names another host', async (path) => {
  for (const host of ['board.example.com', `board.example.com:${address.port}`, '127.0.0.1.example.com', '10.0.0.1'])
    expect(await ask(path, host)).toEqual({ status: 403, text: '' });
});

test('what is no page is not there, wherever it would be on the disk', async () => {
  for (const path of ['/nothing.html', '/../package.json', '/%2e%2e/package.json', '//etc/passwd'])
    expect(await ask(path, address.host)).toMatchObject({ status: 404 });
});

test('a page that is open shows a delivery when it has come', async () => {
  await using browser = await startBrowser();
  await using opened = await open(browser, address.href);
  const dev = opened.page.locator('[data-environment="dev"]');
  const reason = 'Look <b>into</b> it';
  expect(await dev.innerText()).not.toContain(reason);
  const run = await sandbox.gitops(checkout, ['hold', 'dev', '--reason', reason]);
  expect(run).toMatchObject({ status: 0 });
  await dev.filter({ hasText: reason }).waitFor();
}, 60_000);

test('it ends when it is told to, and leaves nothing', async () => {
  const ended = once(server, 'exit');
  server.kill('SIGINT');
  await ended;
  expect(await sandbox.leftovers()).toEqual([]);
});

async function hearAddress({ stderr }: ChildProcess): Promise<URL> {
  if (!stderr) throw new Error('Nothing is heard of the server.');
  for await (const line of createInterface({ input: stderr })) {
    const [found] = /http:\/\/[^\s;]+/.exec(line) ?? [];
    if (found !== undefined) return new URL(found);
  }
  throw new Error('The server ended without its address.');
}

async function ask(path: string, host: string): Promise<{ status: number | undefined; text: string }> {
  const { hostname, port } = address;
  const sent = request({ host: hostname, port, path, headers: { host } }).end();
  const response = await new Promise<NodeJS.ReadableStream & { statusCode?: number }>((resolve, reject) => {
    sent.on('response', resolve).on('error', reject);
  });
  const chunks = await Array.fromAsync(response);
  return { status: response.statusCode, text: chunks.join('') };
}
