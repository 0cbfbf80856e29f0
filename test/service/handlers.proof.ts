import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { findPort } from '../support/process/service.ts';
import { BuiltService, readLog } from '../support/service/built-service.ts';
import { openConnection } from '../support/service/raw-connection.ts';

let built: BuiltService;

beforeAll(async () => {
  built = await BuiltService.build();
});

afterAll(() => built[Symbol.asyncDispose]());

test('what a handler logs has its secrets taken out, and nothing else', async () => {
  await using running = await built.start();
  const { service, url } = running;
  const names = ['password', 'token', 'authorization', 'cookie', 'set-cookie', 'apiKey'];
  const secrets = Object.fromEntries(names.map((name) => [name, `hidden ${name}`]));
  const body = { ...secrets, user: { ...secrets, name: 'Ada', account: secrets } };
  const headers = { 'Content-Type': 'application/json', Authorization: 'hidden header', Cookie: 'hidden=1' };
  await fetch(`${url}/trial/log`, { method: 'POST', headers, body: JSON.stringify(body) });
  await service.stop(5000);

  const lines = service.lines.filter((line) => line.includes('"level":"warn"') && !line.includes('Readiness'));
  expect(lines).toHaveLength(4);
  expect(lines.filter((line) => line.includes('"name":"Ada"'))).toHaveLength(3);
  expect(lines.filter((line) => line.includes('"content-type":"application/json"'))).toHaveLength(1);
  expect([...service.lines.join().matchAll(/"[^"]+":"hidden[^"]*"/g)].map(([secret]) => secret)).toEqual([]);
});

test('a handler that takes too long is answered for when its time is over', async () => {
  await using running = await built.start({ REQUEST_SECONDS: '1' });
  const begin = performance.now();
  const answer = await fetch(`${running.url}/trial/wait/5000`);
  const milliseconds = performance.now() - begin;
  expect(answer.status).toBe(503);
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(await answer.json()).toMatchObject({ title: 'Service Unavailable', status: 503 });
  expect(milliseconds).toBeGreaterThanOrEqual(1000);
  expect(milliseconds).toBeLessThan(2500);
  expect((await fetch(running.url)).status).toBe(200);
});

test('a client that does not read its answer in time is let go', async () => {
  await using running = await built.start({ REQUEST_SECONDS: '1' });
  const request = 'GET /trial/large HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n';
  const client = await openConnection(running.port, request);
  await once(client.socket, 'data');
  client.socket.pause();
  // Its own second, another one for what it has not read, and one for a slow machine.
  await setTimeout(3000);
  client.socket.resume();
  await client.closed;
  expect(client.received()).toMatch(/^HTTP\/1\.1 200 OK/);
  expect(client.received().length).toBeLessThan(50_000_000);
});

test('a request whose client leaves is logged and measured, and what its handler does later hurts nobody', async () => {
  const metricsPort = await findPort();
  await using running = await built.start({ METRICS_PORT: String(metricsPort) });
  const { service, url, port } = running;
  const early = await openConnection(port, 'GET /trial/wait/300 HTTP/1.1\r\nHost: test\r\n\r\n');
  early.socket.destroy();
  const late = await openConnection(port, 'GET /trial/large HTTP/1.1\r\nHost: test\r\n\r\n');
  await once(late.socket, 'data');
  late.socket.destroy();
  const head = 'Host: test\r\nContent-Type: application/json\r\nContent-Length: 100\r\n';
  (await openConnection(port, `POST /trial/echo HTTP/1.1\r\n${head}\r\n[1`)).socket.destroy();
  // Longer than the first handler works.
  expect((await fetch(`${url}/trial/wait/600`)).status).toBe(200);
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  expect(await service.stop(5000)).toBe(0);

  const count = (labels: string) => metrics.includes(`http_request_duration_seconds_count{${labels}} 1\n`);
  expect(count('method="GET",route="/trial/wait/:milliseconds",status="499"')).toBe(true);
  expect(count('method="GET",route="/trial/large",status="200"')).toBe(true);
  const lines = readLog(service);
  const requests = lines.filter(({ path }) => String(path).startsWith('/trial/'));
  expect(requests.map(({ path, status, msg }) => [path, status, msg]).sort()).toEqual([
    ['/trial/echo', 499, 'request aborted'],
    ['/trial/large', 200, 'request aborted'],
    ['/trial/wait/300', 499, 'request aborted'],
    ['/trial/wait/600', 200, 'request'],
  ]);
  expect(lines.filter(({ level }) => level !== 'info')).toEqual([]);
});

test('an error that nobody catches is the last line of the log, and loses none before it', async () => {
  await using running = await built.start();
  const { service, url } = running;
  await fetch(`${url}/trial/crash`).catch(() => undefined);
  expect(await service.ended).toBe(1);
  const lines = readLog(service);
  const { release } = BuiltService;
  expect(lines.slice(-2)).toEqual([
    expect.objectContaining({ level: 'warn', release, msg: 'last words' }),
    expect.objectContaining({
      level: 'fatal',
      release,
      msg: 'nobody catches this',
      err: expect.objectContaining({ stack: expect.stringContaining('trial.module.ts') }),
    }),
  ]);
});
