import { performance } from 'node:perf_hooks';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Rate, errors and duration of the requests, by route. */
export const requestDuration = new Histogram({
  name: 'http_request_duration_seconds',
  help: 'How long requests took to be answered, by the pattern of their route.',
  labelNames: ['method', 'route', 'status'] as const,
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});

/**
 * Watches the process: event loop, heap, garbage collection, and which build it is. The registry is of its own, so that
 * another application can be started in the same process.
 */
export function watchProcess(labels: { version: string; release: string; environment: string }): Registry {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  let last = performance.eventLoopUtilization();
  new Gauge({
    name: 'nodejs_eventloop_utilization_ratio',
    help: 'The share of time since the last look that the event loop was busy.',
    registers,
    collect() {
      const now = performance.eventLoopUtilization();
      this.set(performance.eventLoopUtilization(now, last).utilization);
      last = now;
    },
  });
  new Gauge({
    name: 'build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: Object.keys(labels),
    registers,
  }).set(labels, 1);
  return registry;
}
