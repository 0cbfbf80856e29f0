import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPort, Service } from '../../scripts/service.ts';
import { buildService } from '../support/built-service.ts';
import { openConnection } from '../support/raw-connection.ts';

const release = '3f9c1b2a';
let folder: string;
let program: string;
let port: number;
let url: string;
let service: Service | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'service-'));
  program = await buildService(folder, release);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

beforeEach(async () => {
  port = await findPort();
  url = `http://127.0.0.1:${port}`;
});

afterEach(async () => {
  service?.signal('SIGKILL');
  await service?.ended;
});

async function start(env: NodeJS.ProcessEnv = {}): Promise<Service> {
  service = new Service(program, { HOST: '127.0.0.1', PORT: String(port), METRICS_PORT: 'off', ...env });
  await service.ready(`${url}/health/ready`, 10_000);
  return service;
}

test('the built program names the commit it was built from, and stops with 0', async () => {
  const running = await start({ ENVIRONMENT: 'dev', RELEASE: release });
  expect(await (await fetch(url)).json()).toMatchObject({ release, environment: 'dev' });
  expect(await running.stop(5000)).toBe(0);
});

test('the log is JSON: a line a request, none for a probe, no query', async () => {
  const running = await start({ TRUST_PROXY: '127.0.0.0/8' });
  const headers = {
    'X-Request-Id': 'a-1',
    'X-Forwarded-For': '203.0.113.7',
    Traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  };
  await fetch(`${url}/?token=secret`, { headers });
  await fetch(`${url}/nothing`);
  await fetch(`${url}/health/live`);
  await running.stop(5000);

  const lines = running.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.every((line) => line.release === release && line.level === 'info')).toBe(true);
  expect(lines.filter(({ msg }) => msg === 'request')).toEqual([
    {
      level: 'info',
      time: expect.any(Number),
      release,
      requestId: 'a-1',
      client: '203.0.113.7',
      method: 'GET',
      path: '/',
      status: 200,
      milliseconds: expect.any(Number),
      traceId: '0af7651916cd43dd8448eb211c80319c',
      msg: 'request',
    },
    expect.objectContaining({
      method: 'GET',
      path: '/nothing',
      status: 404,
      milliseconds: expect.any(Number),
    }),
  ]);
  expect(running.lines.join('\n')).not.toMatch(/secret|health\/live"/);
});

test('told to stop, it fails readiness at once, answers all that comes, and lets go of every client', async () => {
  const running = await start({ DRAIN_SECONDS: '1' });
  const idle = await openConnection(port, 'GET / HTTP/1.1\r\nHost: test\r\n\r\n');
  await once(idle.socket, 'data');
  const inFlight = await openConnection(port, 'GET / HTTP/1.1\r\nHost: test\r\n');
  running.signal('SIGTERM');

  await until(async () => (await fetch(`${url}/health/ready`)).status === 503);
  const answers = await Promise.all(['/health/live', '/', '/nothing'].map((path) => fetch(url + path)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 404]);
  expect(answers.map(({ headers }) => headers.get('connection'))).toEqual(['close', 'close', 'close']);
  expect((await fetch(url)).status).toBe(200);

  // The drain is over when nothing new can connect; what is in flight is answered even then.
  await until(async () => (await Promise.allSettled([fetch(url)]))[0].status === 'rejected');
  await idle.closed;
  inFlight.socket.write('\r\n');
  await inFlight.closed;
  expect(inFlight.received()).toMatch(/^HTTP\/1\.1 200 OK\r\n(.+\r\n)*connection: close\r\n/i);
  expect(await running.ended).toBe(0);
});

test('a client that never lets go holds it no longer than the longest request', async () => {
  const running = await start({ REQUEST_SECONDS: '1' });
  const client = await openConnection(
    port,
    'POST /notes HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n',
  );
  const begin = performance.now();
  expect(await running.stop(5000)).toBe(0);
  expect(performance.now() - begin).toBeLessThan(2000);
  await client.closed;
});

test('a request that takes too long to arrive is told so', async () => {
  await start({ REQUEST_SECONDS: '1' });
  const client = await openConnection(
    port,
    'POST /notes HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n',
  );
  await client.closed;
  expect(client.received()).toMatch(/^HTTP\/1\.1 (408|503) /);
});

test('metrics can be off, and traces cost nothing when they go nowhere', async () => {
  await rm(join(program, '..', 'otlp.js'));
  const running = await start();
  expect(running.lines.join('\n')).not.toContain('Metrics');
  expect(await running.stop(5000)).toBe(0);
});

test.each([
  ['SIGINT', ['SIGINT']],
  ['a signal that comes again', ['SIGTERM', 'SIGTERM', 'SIGINT']],
] as const)('%s stops it as gracefully', async (_, signals) => {
  const running = await start({ DRAIN_SECONDS: '1' });
  for (const signal of signals) {
    running.signal(signal);
    await until(async () => (await fetch(`${url}/health/ready`)).status === 503);
  }
  expect((await fetch(url)).status).toBe(200);
  expect(await running.ended).toBe(0);
});

test('under the tag of another release it refuses to start: exit 2, one message, no stack', async () => {
  service = new Service(program, { RELEASE: '9d0e4c77', PORT: 'http' });
  expect(await service.ended).toBe(2);
  expect(service.lines).toEqual([
    'The service cannot start, its configuration is wrong:',
    '  PORT is "http": expected a whole number from 0 to 65535',
    '  RELEASE is "9d0e4c77": this program was built from release "3f9c1b2a"',
    'src/README.md lists the variables.',
  ]);
});

test('where its port is taken it refuses to start: exit 2, and no stack', async () => {
  const first = await start();
  const second = new Service(program, { HOST: '127.0.0.1', PORT: String(port), METRICS_PORT: 'off' });
  expect(await second.ended).toBe(2);
  expect(second.lines.filter((line) => !line.startsWith('{'))).toEqual([
    'The service cannot listen, set HOST, PORT and METRICS_PORT to what is free here: ' +
      `listen EADDRINUSE: address already in use 127.0.0.1:${port}`,
  ]);
  expect(await first.stop(5000)).toBe(0);
});

test('whoever waits for a service that ends is told so, with its last lines', async () => {
  service = new Service(program, { PORT: 'http' });
  await expect(service.ready(`${url}/health/ready`, 10_000)).rejects.toMatchObject({
    code: 'unhealthy',
    message: `The service ended before ${url}/health/ready answered 200.`,
    hint: expect.stringContaining('PORT is "http"'),
  });
});

test('whoever waits for an answer that does not come is told so in time', async () => {
  const running = await start();
  await expect(running.ready(`${url}/nothing`, 200)).rejects.toMatchObject({
    code: 'unhealthy',
    message: `${url}/nothing did not answer 200 within 200 ms.`,
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}
