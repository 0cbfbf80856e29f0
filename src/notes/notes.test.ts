import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { startApp } from '../../test/support/service/service-app.ts';
import { Metrics } from '../metrics/metrics.ts';
import { mostNotes } from './notes.ts';
import type { Note } from './notes.schemas.ts';

let app: NestFastifyApplication;

beforeAll(async () => {
  app = await startApp();
});

afterAll(() => app.close());

async function write(text: unknown) {
  const answer = await request(app.getHttpServer()).post('/notes').send({ text });
  return { status: answer.status, body: answer.body as unknown };
}

test('a note that was written can be read, listed and thrown away', async () => {
  const { status, body } = await write(' Water the plants ');
  const note = body as Note;
  expect(status).toBe(201);
  expect(note).toEqual({ id: expect.any(String), text: 'Water the plants', created: expect.any(String) });

  const server = app.getHttpServer();
  await request(server).get(`/notes/${note.id}`).expect(200, note);
  await request(server).get('/notes').expect(200, [note]);
  await request(server).delete(`/notes/${note.id}`).expect(204, '');
  await request(server).get(`/notes/${note.id}`).expect(404);
  await request(server).delete(`/notes/${note.id}`).expect(404);
});

test('a note that is wrong is refused, and each fault is named', async () => {
  const answer = await request(app.getHttpServer()).post('/notes').send({ text: '', colour: 'red' });
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({
    title: 'Bad Request',
    errors: [
      { pointer: '/text', detail: expect.stringContaining('expected string to have >=1 characters') },
      { pointer: '', detail: 'Unrecognized key: "colour"' },
    ],
  });
});

test('an id that is none is refused', async () => {
  await request(app.getHttpServer()).get('/notes/1').expect(400);
});

test('the notes that were written are counted', async () => {
  const count = async () =>
    (await app.get(Metrics).registry.getSingleMetric('notes_written_total')?.get())?.values[0]?.value;
  const before = (await count()) ?? 0;
  await write('Counted');
  expect(await count()).toBe(before + 1);
});

test('there can only be so many', async () => {
  for (let left = mostNotes; left > 0; left -= 1) {
    if ((await write('Again')).status === 409) break;
  }
  expect((await write('One more')).body).toMatchObject({
    status: 409,
    detail: 'There are 1000 notes: throw one away first.',
  });
});
