import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { readFile } from 'node:fs/promises';
import request from 'supertest';
import { startApp } from '../support/service/service-app.ts';

let app: NestFastifyApplication;
const routes: string[] = [];

beforeAll(async () => {
  app = await startApp({ ENVIRONMENT: 'staging', RELEASE: '3f9c1b2a' }, (fastify) => {
    // A route that takes a body, which the service itself may not have.
    fastify.post('/trial', ({ body }) => body);
    fastify.addHook('onRoute', ({ method, url, config }) => {
      if (url === '/trial' || (config && 'refused' in config)) return;
      for (const name of [method].flat()) if (name !== 'HEAD') routes.push(`${name} ${url}`);
    });
  });
});

afterAll(() => app.close());

test('/ says which release answers, and where it runs', async () => {
  const { name, version } = JSON.parse(await readFile('package.json', 'utf8')) as Record<string, string>;
  await request(app.getHttpServer())
    .get('/')
    .expect(200, { name, version, release: '3f9c1b2a', environment: 'staging' });
});

test('/health/live is green', async () => {
  await request(app.getHttpServer()).get('/health/live').expect(200, { status: 'ok' });
});

test('/health/ready is green, names its indicators, and is not to be cached', async () => {
  const answer = await request(app.getHttpServer()).get('/health/ready').expect(200);
  const up = { status: 'up', responseTime: expect.any(Number) };
  expect(answer.body).toMatchObject({ status: 'ok', error: {} });
  expect(answer.body).toMatchObject({ details: { drain: up, 'event-loop': up, heap: up } });
  expect(answer.headers['cache-control']).toMatch('no-store');
});

test('an unknown path is 404, as a problem', async () => {
  await request(app.getHttpServer())
    .get('/nothing')
    .set('X-Request-Id', 'a-1')
    .expect('Content-Type', /^application\/problem\+json/)
    .expect(404, { title: 'Not Found', status: 404, detail: 'Cannot GET /nothing', requestId: 'a-1' });
});

test.each(['/', '/nothing', '/health/live', '/%zz'])(
  'the answer to %s keeps browsers from misusing it',
  async (path) => {
    const { headers } = await request(app.getHttpServer()).get(path);
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cache-control': expect.stringContaining('no-store'),
    });
    expect(headers).not.toHaveProperty('x-powered-by');
  },
);

test('a request keeps the id that it brings', async () => {
  await request(app.getHttpServer()).get('/').set('X-Request-Id', 'a-1').expect('X-Request-Id', 'a-1');
});

test.each(['', 'a b', '{"x":1}', 'a'.repeat(129)])('the id %p is not taken over', async (id) => {
  const { headers } = await request(app.getHttpServer()).get('/').set('X-Request-Id', id);
  expect(headers['x-request-id']).toMatch(/^[\w-]{8,128}$/);
});

test('a body that is too long is refused', async () => {
  await request(app.getHttpServer())
    .post('/trial')
    .set('X-Request-Id', 'a-1')
    .send({ text: 'a'.repeat(1_048_576) })
    .expect(413, {
      title: 'Payload Too Large',
      status: 413,
      detail: 'Request body is too large',
      requestId: 'a-1',
    });
});

test('a body that is broken is refused, as a problem', async () => {
  await request(app.getHttpServer())
    .post('/trial')
    .type('json')
    .send('{"text":')
    .expect('Content-Type', /^application\/problem\+json/)
    .expect(400);
});

test('the documentation is a page that loads nothing, and names every path', async () => {
  const { text, headers } = await request(app.getHttpServer())
    .get('/docs')
    .expect(200)
    .expect('Content-Type', /^text\/html/);
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'/);
  expect(text).toContain('<code>GET /health/ready</code>');
  expect(text).not.toMatch(/<script|src=/);
});

test('the contract names every route that the service has, and no other', async () => {
  const { body } = (await request(app.getHttpServer()).get('/docs/openapi.json').expect(200)) as {
    body: { paths: Record<string, object> };
  };
  const documented = Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  expect(documented.sort()).toEqual(routes.filter((route) => !route.includes('/docs')).sort());
});
