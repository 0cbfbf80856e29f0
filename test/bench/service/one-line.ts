import { LogController, type FastifyReply, type FastifyRequest } from 'fastify';

/** Logs one line a request by Fastify's own logger, with what the service's line has. */
export class OneLine extends LogController {
  override incomingRequest(): void {
    // As in the service.
  }

  override requestCompleted(_error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const { ip: client, method, url: path, log } = request;
    log.info({ client, method, path, status: reply.statusCode, milliseconds: reply.elapsedTime }, 'request');
  }
}
