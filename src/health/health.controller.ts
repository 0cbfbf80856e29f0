import { Controller, Get } from '@nestjs/common';
import {
  HealthCheck,
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
} from '@nestjs/terminus';
import { Drain } from '../drain.ts';

@Controller('health')
export class HealthController {
  readonly #checks: HealthCheckService;
  readonly #indicators: HealthIndicatorService;
  readonly #drain: Drain;

  constructor(checks: HealthCheckService, indicators: HealthIndicatorService, drain: Drain) {
    this.#checks = checks;
    this.#indicators = indicators;
    this.#drain = drain;
  }

  /** No check of Terminus: those fail while stopping, and a process that drains must not be killed for it. */
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.#checks.check([() => this.#notStopping()]);
  }

  /** Terminus itself only fails when Nest's earlier shutdown hooks are done, which is after the drain. */
  #notStopping() {
    const indicator = this.#indicators.check('drain');
    return this.#drain.isStopping ? indicator.down('The process is stopping.') : indicator.up();
  }
}
