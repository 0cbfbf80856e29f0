import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findPort } from '../support/process/service.ts';
import { BuiltService, readLog } from '../support/service/built-service.ts';
import { openConnection } from '../support/service/raw-connection.ts';

let built: BuiltService;
let told: Awaited<ReturnType<typeof tell>>;

beforeAll(async () => {
  built = await BuiltService.build();
  told = await tell();
});

afterAll(() => built[Symbol.asyncDispose]());

const host = 'Host: test\r\nConnection: close\r\n';
const json = `${host}Content-Type: application/json\r\n`;
const requests = {
  'is answered by a handler': [200, `GET / HTTP/1.1\r\n${host}\r\n`],
  'has no route': [404, `GET /nothing HTTP/1.1\r\n${host}\r\n`],
  'has a target that is no path': [404, `GET *trial HTTP/1.1\r\n${host}\r\n`],
  'has a path that cannot be decoded': [400, `GET /%zz HTTP/1.1\r\n${host}\r\n`],
  'has a method that its path does not have': [405, `PUT /trial/echo HTTP/1.1\r\n${host}\r\n`],
  'has a body of another type': [415, `POST /trial/echo HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\na=b`],
  'has an encoded body': [
    415,
    `POST /trial/echo HTTP/1.1\r\n${json}Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}`,
  ],
  'has a broken body': [400, `POST /trial/echo HTTP/1.1\r\n${json}Content-Length: 1\r\n\r\n{`],
  'has a body that is no HTTP': [400, `POST /trial/echo HTTP/1.1\r\n${json}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
  'does not send its body': [408, `POST /trial/echo HTTP/1.1\r\n${json}Content-Length: 9\r\n\r\n`],
  'is not HTTP': [400, 'NONSENSE\r\n\r\n'],
  'has headers that are too long': [431, `GET / HTTP/1.1\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`],
  'does not send its headers': [408, 'GET / HTTP/1.1\r\n'],
} as const;

/** Sends all requests of the table to one service at once. */
async function tell() {
  const metricsPort = await findPort();
  await using running = await built.start({ REQUEST_SECONDS: '1', METRICS_PORT: String(metricsPort) });
  const sent = Object.entries(requests).map(async ([name, [, text]]) => {
    const client = await openConnection(running.port, text);
    await client.closed;
    return [name, client.received()] as const;
  });
  const answers = new Map(await Promise.all(sent));
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  expect(await running.service.stop(5000)).toBe(0);
  return { answers, metrics, lines: readLog(running.service).filter((line) => 'status' in line) };
}

test.each(Object.entries(requests))(
  'the answer to a request that %s has an id, the security headers and a line in the log',
  (name, [status]) => {
    const answer = told.answers.get(name) ?? '';
    const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, number]) => Number(number));
    expect(statuses).toEqual([status]);
    const id = /^x-request-id: (\S+)\r$/im.exec(answer)?.[1];
    expect(id).toMatch(/^[\w-]{8,}$/);
    expect(answer).toMatch(/^content-security-policy: default-src 'none'/im);
    expect(answer).toMatch(/^x-content-type-options: nosniff\r$/im);
    const lines = told.lines.filter(({ requestId }) => requestId === id);
    expect(lines).toEqual([expect.objectContaining({ level: 'info', client: '127.0.0.1', status })]);
    expect(lines[0]?.msg).toMatch(status === 408 ? /^request aborted$/ : /^request( malformed)?$/);
  },
);

test('each of them is logged and counted once', () => {
  const statuses = Object.values(requests).map(([status]) => status);
  expect(told.lines.map(({ status }) => status).sort()).toEqual([...statuses].sort());
  // Those who wait until the service is ready are not among them.
  const counts = told.metrics
    .replaceAll(/^.*route="\/health.*$/gm, '')
    .matchAll(/^http_request_duration_seconds_count{.*status="(\d+)"} (\d+)$/gm);
  const counted = [...counts].flatMap(([, status, count]) => Array<number>(Number(count)).fill(Number(status)));
  expect(counted.sort()).toEqual([...statuses].sort());
});

test('so has that to a request which is refused, because the event loop is late', async () => {
  const metricsPort = await findPort();
  const env = { SHED_DELAY_MS: '50', METRICS_PORT: String(metricsPort) };
  await using running = await built.start(env);
  const over = new AbortController();
  const work = async () => {
    while (!over.signal.aborted) await (await fetch(`${running.url}/trial/block/300`)).bytes();
  };
  const working = Promise.all([work(), work()]);
  let answer = await fetch(running.url);
  while (answer.status !== 503) answer = await fetch(running.url);
  over.abort();
  await working;
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  expect(await running.service.stop(5000)).toBe(0);

  const requestId = answer.headers.get('x-request-id');
  expect(requestId).toMatch(/^[\w-]{8,}$/);
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(readLog(running.service)).toContainEqual(
    expect.objectContaining({ requestId, status: 503, path: '/', msg: 'request' }),
  );
  expect(metrics).toMatch(/^http_request_duration_seconds_count{method="GET",route="\/",status="503"} \d+$/m);
});

test('a method that a path does not have is 405, with those that it has', async () => {
  await using running = await built.start();
  const answers = await Promise.all(
    [
      ['PATCH', '/trial/echo'],
      ['PUT', '/trial/memory'],
      ['DELETE', '/health/ready'],
    ].map(([method = '', path]) => fetch(`${running.url}${path}`, { method })),
  );
  expect(answers.map(({ status, headers }) => [status, headers.get('allow')])).toEqual([
    [405, 'POST'],
    [405, 'POST, DELETE'],
    [405, 'GET, HEAD'],
  ]);
  expect(await answers[0]?.json()).toMatchObject({ status: 405, detail: 'Cannot PATCH /trial/echo' });
});

test('a request that says JSON and has no body has none', async () => {
  await using running = await built.start();
  const headers = { 'Content-Type': 'application/json' };
  expect((await fetch(`${running.url}/trial/memory`, { method: 'DELETE', headers })).status).toBe(204);
  const posted = await fetch(`${running.url}/trial/checked`, { method: 'POST', headers });
  expect(await posted.json()).toMatchObject({ status: 400, errors: [{ pointer: '' }] });
});

test('a body that is wrong in very many places is answered in few words', async () => {
  await using running = await built.start();
  const keys = Array.from({ length: 85_000 }, (_, index) => [`k${index}`, 1]);
  const texts = Array.from({ length: 50_000 }, () => 1);
  for (const body of [Object.fromEntries(keys) as object, { texts }]) {
    const answer = await fetch(`${running.url}/trial/checked`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(400);
    expect((await answer.text()).length).toBeLessThan(20_000);
  }
});

test('metrics take GET and HEAD, with any query', async () => {
  const port = await findPort();
  await using running = await built.start({ METRICS_PORT: String(port) });
  const ask = async (path: string, method = 'GET') => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    return [answer.status, answer.headers.get('allow'), (await answer.text()) !== ''];
  };
  expect(await ask('/metrics')).toEqual([200, null, true]);
  expect(await ask('/metrics?name=x')).toEqual([200, null, true]);
  expect(await ask('/metrics', 'HEAD')).toEqual([200, null, false]);
  expect(await ask('/metrics', 'POST')).toEqual([405, 'GET, HEAD', false]);
  expect(await ask('/metricsx')).toEqual([404, null, false]);
  expect(await running.service.stop(5000)).toBe(0);
});
