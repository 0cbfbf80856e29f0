import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorFunction } from '@nestjs/terminus';

/** What an indicator does: it resolves when all is well, and throws when not; the signal aborts when its time is over. */
export type Indicator = (context: { signal: AbortSignal }) => unknown;

/** What the service needs to be ready. Whoever knows such a thing adds an indicator for it. */
@Injectable()
export class Readiness {
  readonly checks: HealthIndicatorFunction[] = [];
  readonly #indicators: HealthIndicatorService;

  constructor(indicators: HealthIndicatorService) {
    this.#indicators = indicators;
  }

  /** Adds an indicator that is down when it throws, or takes longer than the milliseconds. */
  add(name: string, indicator: Indicator, timeLimit = 1000): void {
    this.checks.push(async () =>
      this.#indicators
        .check(name)
        .attempt(async (context) => {
          await indicator(context);
        })
        .withTimeout(timeLimit),
    );
  }
}
