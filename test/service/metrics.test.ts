import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import request from 'supertest';
import { findPort } from '../support/process/service.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { startApp } from '../support/service/service-app.ts';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

test('metrics have their own port: requests by route, the process, and the build', async () => {
  const port = await findPort();
  const app = await startApp({ METRICS_PORT: String(port), RELEASE: '3f9c1b2a', ENVIRONMENT: 'dev' }, (fastify) =>
    fastify.get('/orders/:id', () => 'ok'),
  );
  try {
    const server = app.getHttpServer();
    for (const path of ['/', '/orders/1', '/orders/2', '/wp-login.php', '/.env']) await request(server).get(path);
    await request(server).get('/metrics').expect(404);

    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const lines = metrics.split('\n');
    expect(lines.filter((line) => line.startsWith('http_request_duration_seconds_count'))).toEqual([
      'http_request_duration_seconds_count{method="GET",route="/",status="200"} 1',
      'http_request_duration_seconds_count{method="GET",route="/orders/:id",status="200"} 2',
      'http_request_duration_seconds_count{method="GET",route="none",status="404"} 3',
    ]);
    expect(lines).toContain(`build_info{version="${version}",release="3f9c1b2a",environment="dev"} 1`);
    expect(metrics).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
    expect(metrics).toMatch(/^nodejs_eventloop_utilization_ratio [01](\.\d+)?$/m);
    expect(metrics).toMatch(/^nodejs_heap_size_used_bytes \d+$/m);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
  } finally {
    await app.close();
  }
});

test('two applications in one process have metrics of their own', async () => {
  const asked = await startApp();
  const apps = [asked, await startApp()];
  await request(asked.getHttpServer()).get('/').expect(200);
  const counts = apps.map(async (app) => {
    const { values } = await app.get(Metrics).requests.get();
    return values.filter(({ metricName }) => metricName?.endsWith('_count')).map(({ value }) => value);
  });
  expect(await Promise.all(counts)).toEqual([[1], []]);
  for (const app of apps) await app.close();
});
