import { Controller, Get, Res, ServiceUnavailableException } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { HealthCheck, HealthCheckService } from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';
import { neverShed } from '../load/shedding.ts';
import { Readiness } from './readiness.ts';

@Controller('health')
export class HealthController {
  readonly #checks: HealthCheckService;
  readonly #readiness: Readiness;

  constructor(checks: HealthCheckService, readiness: Readiness) {
    this.#checks = checks;
    this.#readiness = readiness;
  }

  /** No check of Terminus: those fail while stopping, and a process that drains must not be killed for it. */
  @Get('live')
  @RouteConfig(neverShed)
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @RouteConfig(neverShed)
  @HealthCheck()
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<object | string> {
    try {
      return await this.#checks.check(this.#readiness.checks);
    } catch (error) {
      // No error of a request: it says which indicator is down.
      if (!(error instanceof ServiceUnavailableException)) throw error;
      reply.status(error.getStatus());
      return error.getResponse();
    }
  }
}
