import { afterEach, expect, test } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { Readiness } from '../../src/health/readiness.ts';
import { findDeadHost, listen } from '../support/loopback.ts';
import { startApp } from '../support/service-app.ts';

let app: NestFastifyApplication;

afterEach(() => app.close());

async function ready() {
  const answer = await request(app.getHttpServer()).get('/health/ready');
  return { status: answer.status, details: (answer.body as { details: object }).details };
}

test('a service with an upstream is ready while that answers', async () => {
  let status = 200;
  await using upstream = await listen((_, response) => response.writeHead(status).end('ok'));
  app = await startApp({ UPSTREAM_URL: `http://${upstream.host}/health` });
  expect(await ready()).toMatchObject({ status: 200, details: { upstream: { status: 'up' } } });
  status = 500;
  expect(await ready()).toMatchObject({
    status: 503,
    details: { upstream: { status: 'down', message: 'It answered 500.' }, drain: { status: 'up' } },
  });
  await request(app.getHttpServer()).get('/health/live').expect(200);
});

test('an upstream that hangs is down when its time is over', async () => {
  await using upstream = await listen(() => undefined);
  app = await startApp({ UPSTREAM_URL: `http://${upstream.host}`, UPSTREAM_TIMEOUT_MS: '50' });
  expect(await ready()).toMatchObject({
    status: 503,
    details: { upstream: { message: 'timeout of 50ms exceeded' } },
  });
});

test('an upstream where nobody listens is down', async () => {
  app = await startApp({ UPSTREAM_URL: `http://${await findDeadHost()}` });
  expect(await ready()).toMatchObject({ status: 503, details: { upstream: { status: 'down' } } });
});

test.each([
  ['throws', () => JSON.parse('gone') as unknown],
  [
    'rejects with what is no error',
    () => {
      AbortSignal.abort('gone').throwIfAborted();
    },
  ],
])('an indicator that %s is down, and no fault of the service', async (_, indicator) => {
  app = await startApp();
  app.get(Readiness).add('store', indicator);
  expect(await ready()).toMatchObject({
    status: 503,
    details: { store: { status: 'down', message: expect.stringContaining('gone') } },
  });
});

test('while the event loop is late, work is refused with a time to come back, and probes are answered', async () => {
  app = await startApp({ SHED_DELAY_MS: '20' });
  const server = app.getHttpServer();
  let answer = await request(server).get('/');
  expect(answer.status).toBe(200);
  while (answer.status === 200) {
    block(600);
    answer = await request(server).get('/');
  }
  expect(answer.headers).toMatchObject({ 'retry-after': '5' });
  expect(answer.body).toMatchObject({ title: 'Service Unavailable', status: 503 });
  expect(await ready()).toMatchObject({ status: 503, details: { 'event-loop': { status: 'down' } } });
  await request(server).get('/health/live').expect(200);
  while ((await request(server).get('/')).status === 503);
});

function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
