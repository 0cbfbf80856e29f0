import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { readFile } from 'node:fs/promises';
import request from 'supertest';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';

let app: NestFastifyApplication;

beforeAll(async () => {
  app = await createApp(
    readConfig({ ENVIRONMENT: 'staging', RELEASE: '3f9c1b2a', LOG_LEVEL: 'silent' }, undefined),
  );
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
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
  expect(answer.body).toEqual({
    status: 'ok',
    info: { drain: { status: 'up' } },
    error: {},
    details: { drain: { status: 'up' } },
  });
  expect(answer.headers['cache-control']).toMatch('no-store');
});

test('an unknown path is 404, without a word about the inside', async () => {
  await request(app.getHttpServer())
    .get('/nothing')
    .expect(404, { message: 'Cannot GET /nothing', error: 'Not Found', statusCode: 404 });
});
