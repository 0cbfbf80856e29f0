import { getHeapStatistics } from 'node:v8';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { Readiness } from '../health/readiness.ts';

/** Above this share of its limit the heap is about to be exhausted: V8 does little but collect garbage. */
const mostHeap = 0.95;

/** A process that refuses work, or is about to run out of memory, is not ready: others get the work. */
@Injectable()
export class LoadIndicators implements OnModuleInit {
  readonly #fastify: FastifyInstance;
  readonly #readiness: Readiness;

  constructor(host: HttpAdapterHost<FastifyAdapter>, readiness: Readiness) {
    this.#fastify = host.httpAdapter.getInstance();
    this.#readiness = readiness;
  }

  onModuleInit(): void {
    this.#readiness.add('event-loop', () => {
      if (this.#fastify.isUnderPressure()) throw new Error('The event loop is overloaded.');
    });
    this.#readiness.add('heap', () => {
      const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
      if (used > mostHeap * limit) throw new Error('The heap is nearly exhausted.');
    });
  }
}
