import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { json } from 'node:stream/consumers';
import { BuiltService } from '../support/built-service.ts';
import { findDeadHost, listen } from '../support/loopback.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parent = 'b7ad6b7169203331';
let built: BuiltService;

beforeAll(async () => {
  built = await BuiltService.build();
});

afterAll(() => built[Symbol.asyncDispose]());

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
}

interface Export {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] };
    scopeSpans: { spans: Span[] }[];
  }[];
}

test('a request is traced from its caller to what it asks, and sent though the stop signal comes at once', async () => {
  const exports: Export[] = [];
  await using collector = await listen((incoming, response) => {
    void json(incoming).then((body) => {
      exports.push(body as Export);
      response.end('{}');
    });
  });
  let passedOn: string | undefined;
  await using upstream = await listen(({ headers }, response) => {
    passedOn = headers.traceparent as string;
    response.end();
  });
  await using running = await built.start({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${collector.host}`,
    OTEL_RESOURCE_ATTRIBUTES: 'team=orders',
    ENVIRONMENT: 'dev',
  });
  const answer = await fetch(`${running.url}/trial/fetch`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', traceparent: `00-${traceId}-${parent}-01` },
    body: JSON.stringify({ url: `http://${upstream.host}` }),
  });
  expect(await answer.json()).toBe(200);
  expect(await running.service.stop(5000)).toBe(0);

  const resources = exports.flatMap(({ resourceSpans }) => resourceSpans);
  const spans = resources.flatMap(({ scopeSpans }) => scopeSpans).flatMap((scope) => scope.spans);
  expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
  expect(spans.filter(({ parentSpanId }) => parentSpanId === parent)).toHaveLength(1);
  const [, passedTrace, passedSpan] = passedOn?.split('-') ?? [];
  expect(passedTrace).toBe(traceId);
  expect(spans.map(({ spanId }) => spanId)).toContain(passedSpan);
  const attributes = resources[0]?.resource.attributes.map(({ key, value }) => [key, value.stringValue]);
  expect(Object.fromEntries(attributes ?? [])).toMatchObject({
    'service.name': 'nestjs-service',
    'service.version': BuiltService.release,
    'deployment.environment.name': 'dev',
    team: 'orders',
  });
});

test.each([
  ['refuses', findDeadHost],
  ['never answers', undefined],
])('a collector that %s neither fails a request nor holds the process', async (_, findHost) => {
  await using silent = await listen(() => undefined);
  const host = (await findHost?.()) ?? silent.host;
  await using running = await built.start({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${host}`,
    REQUEST_SECONDS: '1',
  });
  expect((await fetch(running.url)).status).toBe(200);
  const begin = performance.now();
  expect(await running.service.stop(20_000)).toBe(0);
  expect(performance.now() - begin).toBeLessThan(3000);
});
