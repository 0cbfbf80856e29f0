import { expect, test } from '@jest/globals';
import { fastify } from 'fastify';
import { readConfig } from '../../src/config.ts';
import { traceRequests } from '../../src/tracing/otlp.ts';
import { serveCollector, serveTraced } from '../support/service/collector.ts';
import { requiredExamples } from '../support/service/required-variables.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';

test('a trace is taken on, passed on, and sent whole when the service stops', async () => {
  await using collector = await serveCollector();
  await using upstream = await serveTraced();
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://${collector.host}`;
  const server = fastify();
  const flush = await traceRequests(server, readConfig({ ...requiredExamples, ENVIRONMENT: 'dev' }, '3f9c1b2a'));
  delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  server.get('/orders/:id', async () => (await fetch(`http://${upstream.host}`)).status);

  await server.inject({
    url: '/orders/1',
    headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
  });
  expect(upstream.readParent()).toMatch(new RegExp(`^00-${traceId}-(?!b7ad6b7169203331)[0-9a-f]{16}-01$`));
  await server.close();
  await flush();

  const spans = collector.readSpans();
  expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(['GET', 'request']));
  expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
  expect(JSON.stringify(collector.readResource())).toContain('"3f9c1b2a"');
});
