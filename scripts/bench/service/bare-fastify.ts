import { fastify, LogController } from 'fastify';

/** Logs one line a request, with what the service's line has. */
class OneLine extends LogController {
  override incomingRequest(): void {
    // As in the service.
  }
}

/** What the service is measured against: the same answers and the same log by Fastify alone. */
const server = fastify({ logger: true, logController: new OneLine(), return503OnClosing: false });

server.get('/', () => ({ name: 'bare', version: '0.1.0', release: 'unreleased', environment: 'local' }));
server.get('/health/ready', () => ({ status: 'ok' }));

await server.listen({ host: process.env.HOST ?? '127.0.0.1', port: Number(process.env.PORT) });
