import { LogController, type FastifyBaseLogger, type FastifyReply, type FastifyRequest } from 'fastify';
import { findTraceId } from '../tracing/trace-id.ts';

/** One line a request, when it has been answered; none for a probe. */
export class RequestLog extends LogController {
  /** Without redaction, which looks everywhere in a line for secrets, and costs more than all else: ours has none. */
  #log: FastifyBaseLogger | undefined;

  constructor() {
    super({ requestIdLogLabel: 'requestId' });
  }

  override isLogDisabled(request: FastifyRequest): boolean {
    return request.url.startsWith('/health/');
  }

  override incomingRequest(): void {
    // The line that tells of the answer tells of the request too.
  }

  override routeNotFound(): void {
    // It has its line as every request has, with status 404.
  }

  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    if (this.isLogDisabled(request)) return;
    const line = {
      requestId: request.id,
      client: request.ip,
      method: request.method,
      // Without its query, which can hold what no log should.
      path: request.url.replace(/\?.*/s, ''),
      status: reply.statusCode,
      milliseconds: Math.round(reply.elapsedTime * 10) / 10,
      traceId: findTraceId(request),
    };
    if (error) {
      request.server.log.error({ ...line, err: error }, 'request failed');
      return;
    }
    this.#log ??= request.server.log.child({}, { redact: [] });
    this.#log.info(line, reply.raw.writableFinished ? 'request' : 'request aborted');
  }
}
