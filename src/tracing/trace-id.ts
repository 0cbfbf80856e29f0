import type { FastifyRequest } from 'fastify';

/** The id of the trace that the request is part of: its own span's, else what the caller says (W3C `traceparent`). */
export function findTraceId(request: FastifyRequest): string | undefined {
  const span = 'opentelemetry' in request ? request.opentelemetry().span : null;
  if (span) return span.spanContext().traceId;
  const parent = request.headers.traceparent;
  return typeof parent === 'string'
    ? /^00-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}$/.exec(parent)?.[1]
    : undefined;
}
