import { fastify } from 'fastify';
import { OneLine } from './one-line.ts';

/** What the service is measured against: the same answers and the same log by Fastify alone. */
const server = fastify({ logger: true, logController: new OneLine() });

server.get('/', () => ({ name: 'bare', version: '0.1.0', release: 'unreleased', environment: 'local' }));
server.get('/health/ready', () => ({ status: 'ok' }));

await server.listen({ host: process.env.HOST ?? '127.0.0.1', port: Number(process.env.PORT) });
