import { once } from 'node:events';
import { createServer, type Server, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { register, Registry } from 'prom-client';
import { build } from '../build.ts';
import { CONFIG, type Config } from '../config.ts';
import { requestDuration, watchProcess } from './metrics.ts';

/** Answers `/metrics` on a port of its own, which no route from outside leads to, until the last request is done. */
@Injectable()
export class MetricsServer implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  readonly #config: Config;
  readonly #fastify: FastifyInstance;
  readonly #server: Server = createServer();
  readonly #logger = new Logger('Metrics');

  constructor(@Inject(CONFIG) config: Config, host: HttpAdapterHost<FastifyAdapter>) {
    this.#config = config;
    this.#fastify = host.httpAdapter.getInstance();
  }

  onModuleInit(): void {
    if (this.#config.METRICS_PORT === 'off') return;
    this.#fastify.addHook('onResponse', ({ method, routeOptions }, { statusCode, elapsedTime }, done) => {
      // Never the raw path: each would be a time series of its own.
      const route = routeOptions.url ?? 'none';
      requestDuration.observe({ method, route, status: statusCode }, elapsedTime / 1000);
      done();
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    const { METRICS_PORT: port, HOST: host, RELEASE: release, ENVIRONMENT: environment } = this.#config;
    if (port === 'off') return;
    const process = watchProcess({ version: build.version, release, environment });
    this.#server.on('request', (request, response) => {
      // Merged anew each time, since a metric may be made at any.
      answer(request, response, Registry.merge([register, process]));
    });
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    this.#logger.log(`Metrics at ${JSON.stringify(this.#server.address())}`);
  }

  onApplicationShutdown(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

function answer({ url }: IncomingMessage, response: ServerResponse, registry: Registry): void {
  if (url !== '/metrics') {
    response.writeHead(404).end();
    return;
  }
  registry.metrics().then(
    (metrics) => response.writeHead(200, { 'Content-Type': registry.contentType }).end(metrics),
    () => response.writeHead(500).end(),
  );
}
