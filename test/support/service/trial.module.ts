import { setTimeout } from 'node:timers/promises';
import { Body, Controller, Delete, Get, HttpCode, Logger, Module, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

const Checked = z.strictObject({ texts: z.array(z.string()) });

/** What a handler of an adopter could do, good and bad. */
@Controller('trial')
class TrialController {
  readonly #logger = new Logger('Trial');
  #kept: number[][] = [];

  @Post('echo')
  @HttpCode(200)
  echo(@Body() body: unknown): unknown {
    return body;
  }

  @Post('checked')
  @HttpCode(200)
  check(@Body({ schema: Checked }) { texts }: { texts: string[] }): number {
    return texts.length;
  }

  /** Logs what it is sent, by each way that a handler has. */
  @Post('log')
  @HttpCode(204)
  log(@Body() body: object, @Req() request: FastifyRequest): void {
    this.#logger.warn(body);
    request.log.warn(body, 'from the handler');
    request.log.warn({ order: body }, 'from the handler');
    request.log.warn({ request: { headers: request.headers } }, 'from the handler');
  }

  @Get('block/:milliseconds')
  block(@Param('milliseconds') milliseconds: string): string {
    const end = performance.now() + Number(milliseconds);
    while (performance.now() < end);
    return 'done';
  }

  @Get('wait/:milliseconds')
  async wait(@Param('milliseconds') milliseconds: string): Promise<string> {
    await setTimeout(Number(milliseconds));
    return 'done';
  }

  /** Ends the process as a fault outside of every handler does, right after a line. */
  @Get('crash')
  crash(): Promise<never> {
    this.#logger.warn('last words');
    process.nextTick(() => {
      throw new Error('nobody catches this');
    });
    return new Promise(() => undefined);
  }

  /** More than the kernel buffers for a client that does not read. */
  @Get('large')
  large(): string {
    return 'a'.repeat(50_000_000);
  }

  /** Keeps a megabyte of the heap. */
  @Post('memory')
  @HttpCode(204)
  keep(): void {
    this.#kept.push(Array.from({ length: 2 ** 17 }, (_, index) => index + 0.5));
  }

  @Delete('memory')
  @HttpCode(204)
  letGo(): void {
    this.#kept = [];
  }

  @Post('fetch')
  @HttpCode(200)
  async fetch(@Body() { url }: { url: string }): Promise<number> {
    const answer = await fetch(url);
    await answer.bytes();
    return answer.status;
  }
}

/** A concern that the tests add to the service which they build, as an adopter adds one. */
@Module({ controllers: [TrialController] })
export class TrialModule {}
