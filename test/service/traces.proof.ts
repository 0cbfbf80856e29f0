import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BuiltService } from '../support/service/built-service.ts';
import { serveCollector, serveTraced } from '../support/service/collector.ts';
import { findDeadHost, listen } from '../support/process/loopback.ts';

const { name } = createRequire(import.meta.url)('../../package.json') as { name: string };

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parent = 'b7ad6b7169203331';
let built: BuiltService;

beforeAll(async () => {
  built = await BuiltService.build();
});

afterAll(() => built[Symbol.asyncDispose]());

test('a request is traced from its caller to what it asks, and sent though the stop signal comes at once', async () => {
  await using collector = await serveCollector();
  await using upstream = await serveTraced();
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

  const spans = collector.readSpans();
  expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
  expect(spans.filter(({ parentSpanId }) => parentSpanId === parent)).toHaveLength(1);
  const [, passedTrace, passedSpan] = upstream.readParent()?.split('-') ?? [];
  expect(passedTrace).toBe(traceId);
  expect(spans.map(({ spanId }) => spanId)).toContain(passedSpan);
  const attributes = collector.readResource()?.attributes.map(({ key, value }) => [key, value.stringValue]);
  expect(Object.fromEntries(attributes ?? [])).toMatchObject({
    'service.name': name,
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
