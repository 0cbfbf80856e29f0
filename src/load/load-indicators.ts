import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { Readiness } from '../health/readiness.ts';

/** Above this share of its limit the heap is about to be exhausted: V8 does little but collect garbage. */
const mostHeap = 0.95;
/**
 * V8's limit is that of both generations. What lives on can use the old one alone: without the three semi-spaces of the
 * young one, which have 32 MB each unless `--max-semi-space-size` says otherwise.
 */
const youngGeneration = 3 * 32 * 1024 ** 2;

/** A process that refuses work, or is about to run out of memory, is not ready: others get the work. */
@Injectable()
export class LoadIndicators {
  constructor(host: HttpAdapterHost<FastifyAdapter>, readiness: Readiness) {
    const fastify = host.httpAdapter.getInstance();
    readiness.add('event-loop', () => {
      if (fastify.isUnderPressure()) throw new Error('The event loop is overloaded.');
    });
    readiness.add('heap', () => {
      const limit = getHeapStatistics().heap_size_limit - youngGeneration;
      if (measureOldGeneration() > mostHeap * limit) throw new Error('The heap is nearly exhausted.');
    });
  }
}

function measureOldGeneration(): number {
  const spaces = getHeapSpaceStatistics().filter(({ space_name: name }) => !name.startsWith('new_'));
  return spaces.reduce((sum, { space_used_size: used }) => sum + used, 0);
}
