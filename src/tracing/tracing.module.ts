import { Global, Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';

type Flush = () => Promise<void>;

const FLUSH = Symbol('flush');

/** Global, because the shutdown hooks of such a module come last: what others do while they close is traced too. */
@Global()
@Module({})
export class TracingModule implements OnApplicationShutdown {
  readonly #flush: Flush;

  constructor(@Inject(FLUSH) flush: Flush) {
    this.#flush = flush;
  }

  /** Traces requests when there is somewhere to send traces; otherwise nothing of it is even loaded. */
  static async on(fastify: FastifyInstance, config: Config): Promise<DynamicModule> {
    const flush: Flush = config.OTEL_EXPORTER_OTLP_ENDPOINT
      ? await (await import(/* webpackChunkName: "otlp" */ './otlp.ts')).traceRequests(fastify, config)
      : () => Promise.resolve();
    return { module: TracingModule, providers: [{ provide: FLUSH, useValue: flush }] };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#flush();
  }
}
