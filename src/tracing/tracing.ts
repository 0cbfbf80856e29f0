import type { OnApplicationShutdown } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';

/** Traces requests when there is somewhere to send traces; otherwise nothing of it is even loaded. */
export class Tracing implements OnApplicationShutdown {
  private flush = () => Promise.resolve();

  async begin(fastify: FastifyInstance, config: Config): Promise<void> {
    if (!config.OTEL_EXPORTER_OTLP_ENDPOINT) return;
    const { traceRequests } = await import(/* webpackChunkName: "otlp" */ './otlp.ts');
    this.flush = await traceRequests(fastify, config);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.flush();
  }
}

/** The id of the trace that the request is part of: its own span's, else what the caller says (W3C `traceparent`). */
export function findTraceId(request: FastifyRequest): string | undefined {
  const span = 'opentelemetry' in request ? request.opentelemetry().span : null;
  if (span) return span.spanContext().traceId;
  const parent = request.headers.traceparent;
  return typeof parent === 'string' ? /^00-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}$/.exec(parent)?.[1] : undefined;
}
