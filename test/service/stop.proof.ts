import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { findPort } from '../support/process/service.ts';
import { Balancer } from '../support/service/balancer.ts';
import { BuiltService } from '../support/service/built-service.ts';
import { Load } from '../support/service/load.ts';
import { startAsProcess1 } from '../support/service/process-1.ts';
import { openConnection } from '../support/service/raw-connection.ts';

const drainSeconds = 2;
const env = { LOG_LEVEL: 'warn', DRAIN_SECONDS: String(drainSeconds) };
let built: BuiltService;

beforeAll(async () => {
  built = await BuiltService.build();
});

afterAll(() => built[Symbol.asyncDispose]());

test.each([1, 2])('told to stop %d times under load, it drops nothing and ends in time', async (signals) => {
  await using running = await built.start(env);
  const { service, port } = running;
  const balancer = new Balancer();
  balancer.add(port);
  const load = new Load(50, () => balancer.pick());
  await until(() => load.answered > 500);

  const connections = [...load.open];
  const begin = performance.now();
  for (let left = signals; left > 0; left -= 1) service.signal('SIGTERM');
  const lastReady = await findLastReady(port, begin);
  const watching = watchLiveness(port);
  await balancer.forgotten(port);
  await load.stop();
  const refused = await watching;
  expect(await service.ended).toBe(0);
  const seconds = (performance.now() - begin) / 1000;

  expect(load.failures).toEqual([]);
  expect(connections).toHaveLength(50);
  expect(connections.filter((connection) => !load.told.has(connection))).toEqual([]);
  expect(lastReady - begin).toBeLessThan(100);
  expect(refused - begin).toBeGreaterThanOrEqual(drainSeconds * 1000);
  expect(seconds).toBeLessThan(drainSeconds + 2 + 1);
  console.log(`${load.answered} requests, 0 failed; last ready ${Math.round(lastReady - begin)} ms after the signal`);
});

test('20 restarts in a row behind a balancer fail no request', async () => {
  const balancer = new Balancer();
  await using resources = new AsyncDisposableStack();
  const start = async () => resources.use(await built.start(env));
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

test('as process 1 of its own namespace it stops with 0, whatever a client does', async () => {
  const port = await findPort();
  const variables = {
    ...env,
    HOST: '127.0.0.1',
    PORT: String(port),
    METRICS_PORT: 'off',
    REQUEST_SECONDS: '1',
  };
  await using first = await startAsProcess1([process.execPath, built.program], variables);
  await until(async () => (await ask(port, '/health/ready').catch(() => 0)) === 200);
  const client = await openConnection(port, 'GET / HTTP/1.1\r\nHost: test\r\n');
  const begin = performance.now();
  await first.signal('SIGTERM');
  expect(await first.ended).toBe(0);
  expect(performance.now() - begin).toBeLessThan((drainSeconds + 1 + 1) * 1000);
  await client.closed;
});

test('told to stop while it starts, as process 1, it ends with 0 and serves nobody', async () => {
  const port = String(await findPort());
  const variables = { HOST: '127.0.0.1', PORT: port, METRICS_PORT: 'off', REQUEST_SECONDS: '1' };
  // From the moment at which Node itself begins to start, to about that at which the service listens.
  for (let after = 0; after <= 150; after += 10) {
    await using first = await startAsProcess1([process.execPath, built.program], variables);
    await until(async () => handlesSigterm(await first.findPid()));
    await setTimeout(after);
    await first.signal('SIGTERM');
    expect(await first.ended).toBe(0);
  }
}, 60_000);

/** Whether the kernel would give it SIGTERM: Node has a handler from the first milliseconds of its own start on. */
async function handlesSigterm(pid: string): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const caught = BigInt(`0x${/^SigCgt:\s*(\w+)/m.exec(status)?.[1] ?? '0'}`);
  return ((caught >> 14n) & 1n) === 1n;
}

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

/** When a probe of liveness could first not connect; every probe before was answered 200. */
async function watchLiveness(port: number): Promise<number> {
  for (;;) {
    const sent = performance.now();
    const status = await ask(port, '/health/live').catch(() => 'refused');
    if (status === 'refused') return sent;
    expect(status).toBe(200);
    await setTimeout(20);
  }
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await setTimeout(5);
}
