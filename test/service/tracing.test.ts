import { expect, test } from '@jest/globals';
import { json } from 'node:stream/consumers';
import { fastify } from 'fastify';
import { readConfig } from '../../src/config.ts';
import { traceRequests } from '../../src/tracing/otlp.ts';
import { listen } from '../support/loopback.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';

interface Export {
  resourceSpans: { resource: object; scopeSpans: { spans: { traceId: string; name: string }[] }[] }[];
}

test('a trace is taken on, passed on, and sent whole when the service stops', async () => {
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
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://${collector.host}`;
  const server = fastify();
  const flush = await traceRequests(server, readConfig({ ENVIRONMENT: 'dev' }, '3f9c1b2a'));
  delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  server.get('/orders/:id', async () => (await fetch(`http://${upstream.host}`)).status);

  await server.inject({
    url: '/orders/1',
    headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
  });
  expect(passedOn).toMatch(new RegExp(`^00-${traceId}-(?!b7ad6b7169203331)[0-9a-f]{16}-01$`));
  await server.close();
  await flush();

  const spans = exports.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  );
  expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(['GET', 'request']));
  expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
  expect(JSON.stringify(exports[0]?.resourceSpans[0]?.resource)).toContain('"3f9c1b2a"');
});
