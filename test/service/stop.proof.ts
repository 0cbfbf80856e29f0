import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { findPort, Service } from '../../scripts/service.ts';
import { Balancer } from '../support/balancer.ts';
import { buildService } from '../support/built-service.ts';
import { Load } from '../support/load.ts';
import { startAsProcess1 } from '../support/process-1.ts';
import { openConnection } from '../support/raw-connection.ts';

const drainSeconds = 2;
const env = {
  HOST: '127.0.0.1',
  METRICS_PORT: 'off',
  LOG_LEVEL: 'warn',
  DRAIN_SECONDS: String(drainSeconds),
};
let folder: string;
let program: string;
const services: Service[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'service-'));
  program = await buildService(folder, '3f9c1b2a');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

afterEach(async () => {
  for (const service of services.splice(0)) {
    service.signal('SIGKILL');
    await service.ended;
  }
});

async function start(): Promise<{ port: number; service: Service }> {
  const port = await findPort();
  const service = new Service(program, { ...env, PORT: String(port) });
  services.push(service);
  await service.ready(`http://127.0.0.1:${port}/health/ready`, 20_000);
  return { port, service };
}

test.each([1, 2])('told to stop %d times under load, it drops nothing and ends in time', async (signals) => {
  const { port, service } = await start();
  const balancer = new Balancer();
  balancer.add(port);
  const load = new Load(50, () => balancer.pick());
  await until(() => load.answered > 500);

  const begin = performance.now();
  for (let left = signals; left > 0; left -= 1) service.signal('SIGTERM');
  const lastReady = await findLastReady(port, begin);
  const statuses: number[] = [];
  const watching = (async () => {
    while (performance.now() - begin < (drainSeconds - 0.5) * 1000) {
      statuses.push(await ask(port, '/health/live'));
      await setTimeout(20);
    }
  })();
  await balancer.forgotten(port);
  await load.stop();
  await watching;
  expect(await service.ended).toBe(0);
  const seconds = (performance.now() - begin) / 1000;

  expect(load.failures).toEqual([]);
  expect(load.closed).toBeGreaterThanOrEqual(50);
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(lastReady - begin).toBeLessThan(100);
  expect(seconds).toBeLessThan(drainSeconds + 2 + 1);
  console.log(
    `${load.answered} requests, 0 failed; last ready ${Math.round(lastReady - begin)} ms after the signal`,
  );
});

test('20 restarts in a row behind a balancer fail no request', async () => {
  const balancer = new Balancer();
  let running = await start();
  balancer.add(running.port);
  const load = new Load(50, () => balancer.pick());
  for (let restarts = 20; restarts > 0; restarts -= 1) {
    const next = await start();
    balancer.add(next.port);
    await until(() => load.answered > 0);
    running.service.signal('SIGTERM');
    await balancer.forgotten(running.port);
    expect(await running.service.ended).toBe(0);
    running = next;
  }
  await load.stop();
  expect(load.failures).toEqual([]);
  console.log(`20 restarts, ${load.answered} requests, ${load.failures.length} failed`);
}, 240_000);

const hasNamespaces = spawnSync('unshare', ['--fork', '--pid', '--mount-proc', 'true']).status === 0;

(hasNamespaces ? test : test.skip)('as process 1 of its own namespace it stops with 0', async () => {
  const port = await findPort();
  await using first = await startAsProcess1(program, { ...env, PORT: String(port), REQUEST_SECONDS: '1' });
  await until(async () => (await ask(port, '/health/ready').catch(() => 0)) === 200);
  const client = await openConnection(port, 'GET / HTTP/1.1\r\nHost: test\r\n');
  const begin = performance.now();
  await first.signal('SIGTERM');
  expect(await first.ended).toBe(0);
  expect(performance.now() - begin).toBeLessThan((drainSeconds + 1 + 1) * 1000);
  await client.closed;
});

async function ask(port: number, path: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  await answer.bytes();
  return answer.status;
}

/** When the last probe was sent that was answered 200, however long the answer took under load. */
async function findLastReady(port: number, begin: number): Promise<number> {
  let last = begin;
  for (;;) {
    const sent = performance.now();
    if ((await ask(port, '/health/ready')) === 503) return last;
    last = sent;
  }
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await setTimeout(5);
}
