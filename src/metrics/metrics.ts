import { performance } from 'node:perf_hooks';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { build } from '../build.ts';
import type { Config } from '../config.ts';
import { logOutput } from '../logging/log-output.ts';

/** The metrics of an application, in a registry of its own. Whoever counts something adds a metric to it. */
export class Metrics {
  readonly registry = new Registry();
  /** Rate, errors and duration of the requests, by route. */
  readonly requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'How long requests took to be answered, by the pattern of their route.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });

  constructor(config: Config) {
    if (config.METRICS_PORT === 'off') return;
    watchProcess(this.registry);
    const labels = { version: build.version, release: config.RELEASE, environment: config.ENVIRONMENT };
    new Gauge({
      name: 'build_info',
      help: 'Always 1; the labels say what runs.',
      labelNames: Object.keys(labels),
      registers: [this.registry],
    }).set(labels, 1);
  }
}

/** Event loop, heap, garbage collection, log. */
function watchProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  let last = performance.eventLoopUtilization();
  new Gauge({
    name: 'nodejs_eventloop_utilization_ratio',
    help: 'The share of time since the last look that the event loop was busy.',
    registers: [registry],
    collect() {
      const now = performance.eventLoopUtilization();
      this.set(performance.eventLoopUtilization(now, last).utilization);
      last = now;
    },
  });
  new Counter({
    name: 'log_lines_dropped_total',
    help: 'Lines of the log that were dropped, because nobody read it.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(logOutput.dropped);
    },
  });
}
