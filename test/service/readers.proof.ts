import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { findPort } from '../support/process/service.ts';
import { BuiltService, readLog } from '../support/service/built-service.ts';

let built: BuiltService;

beforeAll(async () => {
  built = await BuiltService.build();
});

afterAll(() => built[Symbol.asyncDispose]());

test.each([
  ['/docs', 'of the service'],
  ['/metrics', 'of the metrics'],
])(
  '100 clients that ask for %s and never read leave memory, and others are answered',
  async (path) => {
    const metricsPort = await findPort();
    await using running = await built.start({ METRICS_PORT: String(metricsPort), LOG_LEVEL: 'warn' });
    const asked = path === '/metrics' ? metricsPort : running.port;
    await serveQuietly(running.url);
    // What asks how much memory it takes makes it take more: with nobody else it is quiet.
    const quiet = await watch(running.url, metricsPort);
    // As much as Node reads of a connection at once.
    const text = `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`.repeat(1800);
    const clients = Array.from({ length: 100 }, () => askAndNeverRead(asked, text));
    const { most, slowest } = await watch(running.url, metricsPort);
    for (const client of clients) client.destroy();
    console.log(`${path}: ${mebibytes(quiet.most)} MB quiet, ${mebibytes(most)} with them, slowest ${slowest} ms`);
    expect(most / quiet.most).toBeLessThan(1.5);
    expect(await running.service.stop(5000)).toBe(0);
  },
  180_000,
);

test('of clients that together leave too much unread, all but the last are let go', async () => {
  await using running = await built.start();
  // One answer of 50 MB each; some may be refused, because making the others takes long.
  const text = 'GET /trial/large HTTP/1.1\r\nHost: test\r\n\r\n';
  const clients = Array.from({ length: 12 }, () => askAndNeverRead(running.port, text));
  const listEnded = () => readLog(running.service).filter(({ path }) => path === '/trial/large');
  while (listEnded().length < 11) await setTimeout(50);
  for (const { status, msg } of listEnded())
    expect([status, msg]).toEqual([status, status === 503 ? 'request' : 'request aborted']);
  while (!(await fetch(running.url)).ok) await setTimeout(50);
  for (const client of clients) client.destroy();
}, 180_000);

test('a log that nobody reads fills no memory, and holds the process no longer than another', async () => {
  const [port, metricsPort] = [await findPort(), await findPort()];
  const env = {
    HOST: '127.0.0.1',
    PORT: String(port),
    METRICS_PORT: String(metricsPort),
    REQUEST_SECONDS: '3',
  };
  // Its output is a pipe that is never read.
  const child = spawn(process.execPath, ['--enable-source-maps', built.program], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const url = `http://127.0.0.1:${port}`;
    while (!(await fetch(url).catch(() => undefined))?.ok) await setTimeout(50);
    await serveQuietly(url);
    const quiet = await readMemory(metricsPort);
    for (let round = 0; round < 5; round += 1) await serveQuietly(url);
    expect((await readMemory(metricsPort)) / quiet).toBeLessThan(1.5);
    expect(await readMetric(metricsPort, 'log_lines_dropped_total')).toBeGreaterThan(1000);

    const begin = performance.now();
    child.kill('SIGTERM');
    const [status] = (await once(child, 'exit')) as [number | null];
    expect(status).toBe(0);
    expect(performance.now() - begin).toBeLessThan(3000);
  } finally {
    child.kill('SIGKILL');
  }
}, 180_000);

test('each line that such a log lacks is counted', async () => {
  const [port, metricsPort] = [await findPort(), await findPort()];
  const child = spawn(process.execPath, ['--enable-source-maps', built.program], {
    env: { HOST: '127.0.0.1', PORT: String(port), METRICS_PORT: String(metricsPort) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const url = `http://127.0.0.1:${port}`;
    while (!(await fetch(url).catch(() => undefined))?.ok) await setTimeout(50);
    for (let round = 0; round < 4; round += 1) await serveQuietly(url);
    const dropped = await readMetric(metricsPort, 'log_lines_dropped_total');
    let log = '';
    child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
    child.kill('SIGTERM');
    await once(child, 'close');
    const lines = log
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    // The first one of those that wait for the start is among them.
    expect(lines.filter(({ msg }) => msg === 'request')).toHaveLength(4 * 2000 + 1 - dropped);
    expect(dropped).toBeGreaterThan(0);
  } finally {
    child.kill('SIGKILL');
  }
}, 180_000);

/** 2,000 requests of clients that read. */
async function serveQuietly(url: string): Promise<void> {
  const ask = async () => {
    for (let left = 100; left > 0; left -= 1) await (await fetch(url)).bytes();
  };
  await Promise.all(Array.from({ length: 20 }, ask));
}

/** Asks it for five seconds: the most memory that it took, and the milliseconds of its slowest answer. */
async function watch(url: string, metricsPort: number): Promise<{ most: number; slowest: number }> {
  const seen = { most: 0, slowest: 0 };
  for (const end = performance.now() + 5000; performance.now() < end;) {
    const begin = performance.now();
    expect((await fetch(url)).status).toBe(200);
    seen.slowest = Math.max(seen.slowest, Math.round(performance.now() - begin));
    seen.most = Math.max(seen.most, await readMemory(metricsPort));
  }
  return seen;
}

function askAndNeverRead(port: number, text: string): Socket {
  const socket = connect(port, '127.0.0.1').pause();
  socket.on('error', () => undefined);
  socket.write(text);
  return socket;
}

function readMemory(port: number): Promise<number> {
  return readMetric(port, 'process_resident_memory_bytes');
}

async function readMetric(port: number, name: string): Promise<number> {
  const headers = { Connection: 'close' };
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`, { headers })).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1]);
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 1024 ** 2);
}
