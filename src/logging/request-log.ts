import { LogController, type FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import type { Metrics } from '../metrics/metrics.ts';
import { findTraceId } from '../tracing/tracing.ts';

/** Tells of each request once, when it has been answered: in a line of the log, but for probes, and in the metrics. */
export class RequestLog {
  private readonly log: Logger;

  constructor(
    log: Logger,
    private readonly metrics: Metrics,
  ) {
    // Redaction looks everywhere in a line for secrets, and costs more than all else: these lines have none.
    this.log = log.child({}, { redact: [] });
  }

  answered(reply: FastifyReply): void {
    const { request, statusCode: status, elapsedTime } = reply;
    const { method, url } = request;
    // Never the raw path: each would be a time series of its own.
    this.metrics.requests.observe({ method, route: request.routeOptions.url ?? 'none', status }, elapsedTime / 1000);
    if (url.startsWith('/health/')) return;
    const line = {
      requestId: request.id,
      client: show(request.ip),
      method,
      // Without its query, which can hold what no log should.
      path: url.replace(/\?.*/s, ''),
      status,
      milliseconds: Math.round(elapsedTime * 10) / 10,
      traceId: findTraceId(request),
    };
    this.log.info(line, reply.raw.writableFinished && status !== 408 ? 'request' : 'request aborted');
  }

  /** Tells of what is no HTTP, or came too slowly, and was no request for Fastify. */
  broken(line: { requestId: string; status: number; code: string | undefined }, client: string | undefined): void {
    this.metrics.requests.observe({ method: 'none', route: 'none', status: line.status }, 0);
    const message = line.status === 408 ? 'request aborted' : 'request malformed';
    this.log.info({ ...line, client: show(client) }, message);
  }
}

/** A server of IPv4 and IPv6 gives an address of IPv4 as one of IPv6; a client that has left has none. */
function show(address: string | undefined): string | undefined {
  return address?.replace('::ffff:', '');
}

/** Of Fastify's own lines, those on faults alone. */
export const faultLog = Object.assign(new LogController({ requestIdLogLabel: 'requestId' }), {
  incomingRequest: () => undefined,
  requestCompleted: () => undefined,
  routeNotFound: () => undefined,
});
