import helmet from '@fastify/helmet';
import underPressure from '@fastify/under-pressure';
import { fastify } from 'fastify';
import metrics from 'fastify-metrics';
import { OneLine } from './one-line.ts';

/** What the service is measured against: Fastify with the usual plugins for what the service does for each request. */
const server = fastify({ logger: true, logController: new OneLine() });
await server.register(helmet);
await server.register(metrics.default, { endpoint: '/metrics' });
await server.register(underPressure, { maxEventLoopDelay: 1000, maxEventLoopUtilization: 1 });

server.get('/', () => ({ name: 'usual', version: '0.1.0', release: 'unreleased', environment: 'local' }));
server.get('/health/ready', () => ({ status: 'ok' }));

await server.listen({ host: process.env.HOST ?? '127.0.0.1', port: Number(process.env.PORT) });
