import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BuiltService, type Running } from '../support/service/built-service.ts';
import { openConnection } from '../support/service/raw-connection.ts';

const requests = 2000;
const seed = Date.now();
let built: BuiltService;
let running: Running;

beforeAll(async () => {
  built = await BuiltService.build();
  running = await built.start({ LOG_LEVEL: 'error', REQUEST_SECONDS: '2' });
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
  await built[Symbol.asyncDispose]();
});

test(`${requests} malformed requests leave it healthy: no 500, no stack in an answer or in the log`, async () => {
  const texts = fc.sample(malformed, { numRuns: requests, seed });
  const answers: string[] = [];
  for (let from = 0; from < texts.length; from += 50) {
    answers.push(...(await Promise.all(texts.slice(from, from + 50).map(send))));
  }
  const statuses = Map.groupBy(answers, (answer) => /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 'none');
  console.log(`seed ${seed}: ${[...statuses].map(([status, { length }]) => `${length} × ${status}`).join(', ')}`);
  expect(answers.filter((answer) => /^HTTP\/1\.1 5/m.test(answer))).toEqual([]);
  expect(answers.filter((answer) => /\.ts:\d|\.js:\d|node_modules|\n\s+at /.test(answer))).toEqual([]);
  expect(running.service.lines).toEqual([]);

  const ready = await fetch(`${running.url}/health/ready`);
  expect(ready.status).toBe(200);
  expect(await running.service.stop(10_000)).toBe(0);
}, 120_000);

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array).toString('latin1'));
const method = fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'TRACE', 'get', 'FROB', '');
const path = fc.oneof(
  fc.constantFrom('/', '/trial/echo', '/trial/wait/1', '/health/ready', '/docs', '*', '//', '/%zz', '/%00', '/../..'),
  bytes.map((text) => `/${text}`),
  fc.integer({ min: 1, max: 20_000 }).map((length) => `/${'a'.repeat(length)}`),
);
const header = fc.oneof(
  fc.constantFrom(
    'Content-Type: application/json',
    'Content-Type: nonsense',
    'Content-Type: application/x-www-form-urlencoded',
    'Content-Length: 5',
    'Content-Length: -1',
    'Content-Length: 99999999999999999999',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: nonsense',
    'Expect: 100-continue',
    'Expect: nonsense',
    'Upgrade: websocket',
    'Connection: upgrade',
    'Accept: nonsense',
    'Host: a\tb',
    'X-Request-Id: \x01',
    'Traceparent: 00-zz',
  ),
  bytes,
  fc.integer({ min: 1, max: 20_000 }).map((length) => `X-Long: ${'a'.repeat(length)}`),
);
const body = fc.oneof(
  fc.constantFrom('{', '{"text":', '[]', 'null', '{"__proto__":1}', '"', 'text=1&__proto__=2', '5\r\nhello\r\n'),
  fc.json(),
  bytes,
);
const version = fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/9.9', '');
const malformed = fc.oneof(
  { weight: 1, arbitrary: bytes },
  {
    weight: 4,
    arbitrary: fc
      .tuple(method, path, version, fc.array(header, { maxLength: 4 }), body)
      .map(([verb, target, protocol, headers, content]) =>
        [`${verb} ${target} ${protocol}`, 'Host: test', ...headers, '', content].join('\r\n'),
      ),
  },
);

/** Says it, lets go, and gives what came back. */
async function send(text: string): Promise<string> {
  const { socket, closed, received } = await openConnection(running.port, text);
  socket.end();
  await closed;
  return received();
}
