import { FastifyOtelInstrumentation } from '@fastify/otel';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { FastifyInstance } from 'fastify';
import { build } from '../build.ts';
import type { Config } from '../config.ts';

/** Traces the requests of this server from now on; gives what sends the last spans. */
export async function traceRequests(fastify: FastifyInstance, config: Config): Promise<() => Promise<void>> {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({
      'service.name': build.name,
      'service.version': config.RELEASE,
      'deployment.environment.name': config.ENVIRONMENT,
    }).merge(defaultResource()),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  // W3C trace context is taken from what comes, and passed on by every fetch.
  const incoming = new FastifyOtelInstrumentation({ ignorePaths: ({ url }) => url.startsWith('/health/') });
  const outgoing = new UndiciInstrumentation({ requireParentforSpans: true });
  for (const instrumentation of [incoming, outgoing]) instrumentation.setTracerProvider(provider);
  await fastify.register(incoming.plugin());
  return () => provider.shutdown();
}
