import { afterEach, expect, test } from '@jest/globals';
import { setTimeout } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { Readiness } from '../../src/health/readiness.ts';
import { logOutput } from '../../src/logging/log-output.ts';
import { startApp } from '../support/service/service-app.ts';

let app: NestFastifyApplication;

afterEach(() => app.close());

async function ready() {
  const answer = await request(app.getHttpServer()).get('/health/ready');
  return { status: answer.status, details: (answer.body as { details: object }).details };
}

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

test('an indicator that never ends is down when its own time is over, and the others are up', async () => {
  app = await startApp();
  const readiness = app.get(Readiness);
  readiness.add('store', () => new Promise(() => undefined), 50);
  readiness.add('queue', async () => setTimeout(100), 5000);
  const begin = performance.now();
  expect(await ready()).toMatchObject({
    status: 503,
    details: {
      store: { status: 'down', message: 'timeout of 50ms exceeded' },
      queue: { status: 'up' },
      drain: { status: 'up' },
      'event-loop': { status: 'up' },
      heap: { status: 'up' },
    },
  });
  expect(performance.now() - begin).toBeLessThan(1000);
});

test('when the stop comes before the last indicator has answered, the log says why it is not ready', async () => {
  app = await startApp({ DRAIN_SECONDS: '0' });
  const lines: string[] = [];
  logOutput.write = (line) => void lines.push(line);
  const store = Promise.withResolvers<undefined>();
  const asked = Promise.withResolvers<undefined>();
  app.get(Readiness).add('store', () => {
    asked.resolve(undefined);
    return store.promise;
  });
  const answer = ready();
  await asked.promise;
  const closed = app.close();
  await setTimeout();
  store.resolve(undefined);
  expect(await answer).toMatchObject({ status: 503, details: { drain: { status: 'up' }, store: { status: 'up' } } });
  await closed;
  expect(lines.join('')).toContain('"msg":"not ready: shutting_down"');
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
