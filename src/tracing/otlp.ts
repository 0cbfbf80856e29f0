import { setTimeout as wait } from 'node:timers/promises';
import { FastifyOtelInstrumentation } from '@fastify/otel';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { defaultResource, detectResources } from '@opentelemetry/resources';
import { envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { FastifyInstance } from 'fastify';
import { build } from '../build.ts';
import type { Config } from '../config.ts';

/** Milliseconds for the last spans: a collector that does not answer would hold the process for ten seconds. */
const flushLimit = 500;

/** Traces the requests of this server from now on; gives what sends the last spans. */
export async function traceRequests(fastify: FastifyInstance, config: Config): Promise<() => Promise<void>> {
  const service = resourceFromAttributes({
    'service.name': build.name,
    'service.version': config.RELEASE,
    'deployment.environment.name': config.ENVIRONMENT,
  });
  const provider = new NodeTracerProvider({
    // Of two that name the same, the later wins: what the deployment says, over the service itself.
    resource: defaultResource()
      .merge(service)
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  // W3C trace context is taken from what comes, and passed on by every fetch.
  const incoming = new FastifyOtelInstrumentation({ ignorePaths: ({ url }) => url.startsWith('/health/') });
  const outgoing = new UndiciInstrumentation({ requireParentforSpans: true });
  for (const instrumentation of [incoming, outgoing]) instrumentation.setTracerProvider(provider);
  await fastify.register(incoming.plugin());
  return async () => {
    await Promise.race([provider.shutdown(), wait(flushLimit)]);
  };
}
