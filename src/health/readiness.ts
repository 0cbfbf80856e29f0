import { Injectable, Logger, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService, type HealthIndicatorFunction } from '@nestjs/terminus';

/** What an indicator does: it resolves when all is well, and throws when not; the signal aborts when its time is over. */
export type Indicator = (context: { signal: AbortSignal }) => unknown;

/** What the service needs to be ready. Whoever knows such a thing adds an indicator for it. */
@Injectable()
export class Readiness {
  private readonly logger = new Logger('Readiness');
  private readonly checks: HealthIndicatorFunction[] = [];
  /** The indicators that are down, as the log was last told. */
  private down = '';

  constructor(
    private readonly service: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
  ) {}

  /** Adds an indicator that is down when it throws, or takes longer than the milliseconds. */
  add(name: string, indicator: Indicator, timeLimit = 1000): void {
    const attempt = async (context: { signal: AbortSignal }) =>
      Promise.resolve(indicator(context)).then(() => undefined);
    this.checks.push(async () => this.indicators.check(name).attempt(attempt).withTimeout(timeLimit));
  }

  /** Asks all indicators, and logs it when others are down than before. */
  async ask(): Promise<{ status: number; result: object | string }> {
    try {
      const result = await this.service.check(this.checks);
      this.tell({});
      return { status: 200, result };
    } catch (error) {
      // No error of a request: it says which indicator is down.
      if (!(error instanceof ServiceUnavailableException)) throw error;
      const result = error.getResponse() as { status: string; error?: Record<string, { message?: string }> };
      // None is down when Terminus was told to stop before the last of them had answered.
      const { error: down = {}, status } = result;
      this.tell(Object.keys(down).length > 0 ? down : { [status]: {} });
      return { status: error.getStatus(), result };
    }
  }

  private tell(down: Record<string, { message?: string }>): void {
    const names = Object.keys(down).join(', ');
    if (names === this.down) return;
    this.down = names;
    if (names === '') this.logger.log('ready');
    else this.logger.warn(`not ready: ${names}`, down);
  }
}
