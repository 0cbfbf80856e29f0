import { afterEach, expect, test } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { findDeadHost, listen } from '../../test/support/process/loopback.ts';
import { startApp } from '../../test/support/service/service-app.ts';

let app: NestFastifyApplication;

afterEach(() => app.close());

async function ready() {
  const answer = await request(app.getHttpServer()).get('/health/ready');
  return { status: answer.status, details: (answer.body as { details: object }).details };
}

test('a service with an upstream is ready while that answers', async () => {
  let status = 200;
  await using upstream = await listen((_, response) => response.writeHead(status).end('ok'));
  app = await startApp({ UPSTREAM_URL: `http://${upstream.host}/health`, UPSTREAM_TIMEOUT_MS: '20000' });
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
