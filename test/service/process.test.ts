import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BuiltService, readLog } from '../support/service/built-service.ts';
import { findDeadHost } from '../support/process/loopback.ts';
import { openConnection } from '../support/service/raw-connection.ts';

const { release } = BuiltService;
let built: BuiltService;

beforeAll(async () => {
  built = await BuiltService.build();
});

afterAll(() => built[Symbol.asyncDispose]());

test('the built program names the commit it was built from, and stops with 0', async () => {
  await using running = await built.start({ ENVIRONMENT: 'dev', RELEASE: release });
  const { service, url } = running;
  expect(await (await fetch(url)).json()).toMatchObject({ release, environment: 'dev' });
  expect(await service.stop(5000)).toBe(0);
});

test('the log is JSON: a line a request, none for a probe, no query, no header that lets anybody in', async () => {
  await using running = await built.start({ TRUST_PROXY: '127.0.0.0/8' });
  const { service, url } = running;
  const headers = {
    'X-Request-Id': 'a-1',
    'X-Forwarded-For': '203.0.113.7',
    Traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    Authorization: 'Bearer secret',
    Cookie: 'session=secret',
  };
  await fetch(`${url}/?token=secret`, { headers });
  await fetch(`${url}/nothing`);
  await fetch(`${url}/health/live`);
  await service.stop(5000);

  const lines = readLog(service);
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
  expect(service.lines.join('\n')).not.toMatch(/secret|health\/live"/);
});

test('told to stop, it fails readiness at once, answers all that comes, and lets go of every client', async () => {
  await using running = await built.start({ DRAIN_SECONDS: '1' });
  const { service, port, url } = running;
  const idle = await openConnection(port, 'GET / HTTP/1.1\r\nHost: test\r\n\r\n');
  await once(idle.socket, 'data');
  const inFlight = await openConnection(port, 'GET / HTTP/1.1\r\nHost: test\r\n');
  service.signal('SIGTERM');

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
  expect(await service.ended).toBe(0);
  // A probe that fails leaves no line in the log either, but the first one that does says why.
  expect(service.lines.filter((line) => line.includes('/health/'))).toEqual([]);
  expect(readLog(service)).toContainEqual(
    expect.objectContaining({ level: 'warn', msg: expect.stringMatching(/^not ready: (.+, )?(drain|shutting_down)/) }),
  );
});

const neverWhole =
  'POST /trial/echo HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n';

test('a client that never lets go holds it no longer than the longest request', async () => {
  await using running = await built.start({ REQUEST_SECONDS: '1' });
  const client = await openConnection(running.port, neverWhole);
  const begin = performance.now();
  expect(await running.service.stop(5000)).toBe(0);
  expect(performance.now() - begin).toBeLessThan(2000);
  await client.closed;
});

test('a request that takes too long to arrive is told so once, also after another on its connection', async () => {
  await using running = await built.start({ REQUEST_SECONDS: '1' });
  const tell = async (text: string) => {
    const client = await openConnection(running.port, text);
    await client.closed;
    return [...client.received().matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
  };
  const whole = 'GET / HTTP/1.1\r\nHost: test\r\n\r\n';
  const statuses = await Promise.all([neverWhole, whole + neverWhole].map(tell));
  expect(statuses).toEqual([['408'], ['200', '408']]);
});

test('metrics can be off, and traces cost nothing when they go nowhere', async () => {
  await rm(join(dirname(built.program), 'otlp.js'));
  await using running = await built.start({ METRICS_PORT: 'off' });
  expect(running.service.lines.join('\n')).not.toContain('Metrics');
  expect(await running.service.stop(5000)).toBe(0);
});

test.each([
  ['SIGINT', ['SIGINT']],
  ['a signal that comes again', ['SIGTERM', 'SIGTERM', 'SIGINT']],
] as const)('%s stops it as gracefully', async (_, signals) => {
  await using running = await built.start({ DRAIN_SECONDS: '1' });
  const { service, url } = running;
  for (const signal of signals) {
    service.signal(signal);
    await until(async () => (await fetch(`${url}/health/ready`)).status === 503);
  }
  expect((await fetch(url)).status).toBe(200);
  expect(await service.ended).toBe(0);
});

test('under the tag of another release it refuses to start: exit 2, one message, no stack', async () => {
  await using running = built.launch({ RELEASE: '9d0e4c77', PORT: 'http' });
  expect(await running.service.ended).toBe(2);
  expect(running.service.lines).toEqual([
    'The service cannot start, its configuration is wrong:',
    '  PORT is "http": expected a whole number from 0 to 65535',
    '  RELEASE is "9d0e4c77": this program was built from release "3f9c1b2a"',
    'src/README.md lists the variables.',
  ]);
});

test.each(['PORT', 'METRICS_PORT'])('where its %s is taken it refuses to start: exit 2, and no stack', async (name) => {
  await using first = await built.start();
  const taken = String(first.port);
  await using second = built.launch({ HOST: '127.0.0.1', PORT: '0', METRICS_PORT: '0', [name]: taken });
  expect(await second.service.ended).toBe(2);
  expect(second.service.lines.filter((line) => !line.startsWith('{'))).toEqual([
    'The service cannot listen, set HOST, PORT and METRICS_PORT to what is free here: ' +
      `listen EADDRINUSE: address already in use 127.0.0.1:${taken}`,
  ]);
  expect(await first.service.stop(5000)).toBe(0);
});

test('whoever waits for a service that ends is told so, with its last lines', async () => {
  await using running = built.launch({ PORT: 'http' });
  const url = `http://${await findDeadHost()}/health/ready`;
  await expect(running.service.ready(url, 10_000)).rejects.toMatchObject({
    code: 'unhealthy',
    message: `The service ended before ${url} answered 200.`,
    hint: expect.stringContaining('PORT is "http"'),
  });
});

test('whoever waits for an answer that does not come is told so in time', async () => {
  await using running = await built.start();
  const url = `${running.url}/nothing`;
  await expect(running.service.ready(url, 200)).rejects.toMatchObject({
    code: 'unhealthy',
    message: `${url} did not answer 200 within 200 ms.`,
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}
