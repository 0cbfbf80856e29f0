import { Controller, Get, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { neverShed } from '../load/shedding.ts';
import { Readiness } from './readiness.ts';

@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** No check of Terminus: those fail while stopping, and a process that drains must not be killed for it. */
  @Get('live')
  @RouteConfig(neverShed)
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @RouteConfig(neverShed)
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<object | string> {
    const { status, result } = await this.readiness.ask();
    reply.status(status);
    return result;
  }
}
