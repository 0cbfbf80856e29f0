import { setTimeout as wait } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { CONFIG, type Config } from './config.ts';
import { Readiness } from './health/readiness.ts';

/**
 * Stops without dropping a request. Kubernetes goes on sending requests for some time after it has told the process
 * to stop: they are answered, and every client is told to leave. When `DRAIN_SECONDS` have passed, Nest closes the
 * server, which waits for the requests in flight; for `REQUEST_SECONDS` at most, whatever a client does.
 */
@Injectable()
export class Drain
  implements OnModuleInit, OnModuleDestroy, BeforeApplicationShutdown, OnApplicationShutdown
{
  readonly #fastify: FastifyInstance;
  readonly #config: Config;
  readonly #readiness: Readiness;
  #stopping = false;
  #closingIdle: NodeJS.Timeout | undefined;
  #closingAll: NodeJS.Timeout | undefined;

  constructor(@Inject(CONFIG) config: Config, host: HttpAdapterHost<FastifyAdapter>, readiness: Readiness) {
    this.#config = config;
    this.#fastify = host.httpAdapter.getInstance();
    this.#readiness = readiness;
  }

  onModuleInit(): void {
    // Terminus itself only fails when Nest's earlier shutdown hooks are done, which is after the drain.
    this.#readiness.add('drain', () => {
      if (this.#stopping) throw new Error('The process is stopping.');
    });
    this.#fastify.addHook('onSend', (_request, reply, payload, done) => {
      if (this.#stopping) reply.header('Connection', 'close');
      done(null, payload);
    });
  }

  onModuleDestroy(): void {
    this.#stopping = true;
  }

  async beforeApplicationShutdown(): Promise<void> {
    await wait(this.#config.DRAIN_SECONDS * 1000);
    // No earlier: what looks idle may have its next request on the way, and would lose it. Who has asked nothing during
    // the whole drain is let go. Again and again, because an answer that was on its way when the stop came has promised
    // to keep its connection, and closing the server would wait for that client, 72 seconds by default.
    this.#closingIdle = setInterval(() => {
      this.#fastify.server.closeIdleConnections();
    }, 100);
    this.#closingAll = setTimeout(() => {
      this.#fastify.server.closeAllConnections();
    }, this.#config.REQUEST_SECONDS * 1000);
  }

  onApplicationShutdown(): void {
    clearInterval(this.#closingIdle);
    clearTimeout(this.#closingAll);
  }
}
