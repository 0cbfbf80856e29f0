import { expect, test } from '@jest/globals';
import { BadRequestException } from '@nestjs/common';
import { fastify } from 'fastify';
import { answerProblem } from '../../src/errors/answer-problem.ts';

async function answerTo(error: unknown) {
  const lines: string[] = [];
  const server = fastify({
    logger: { stream: { write: (line) => void lines.push(line) } },
    genReqId: () => 'a-1',
  });
  server.setErrorHandler((error, _, reply) => {
    answerProblem(error, reply);
  });
  server.get('/', () => {
    throw error;
  });
  const answer = await server.inject('/');
  return { answer, body: answer.json<unknown>(), log: lines.join('') };
}

test.each([
  ['an error', new Error('secret'), 'secret'],
  ['what is no error', 'secret', 'secret'],
  ['an error with a status that is none', Object.assign(new Error('secret'), { statusCode: 99 }), 'secret'],
])("%s of the service's own is 500: logged whole, and told to nobody", async (_, error, logged) => {
  const { answer, body, log } = await answerTo(error);
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(answer.statusCode).toBe(500);
  expect(body).toEqual({ title: 'Internal Server Error', status: 500, requestId: 'a-1' });
  expect(log).toContain(logged);
});

test("a client's own fault says what to change", async () => {
  const { body } = await answerTo(new BadRequestException('The date is in the past.'));
  expect(body).toEqual({
    title: 'Bad Request',
    status: 400,
    detail: 'The date is in the past.',
    requestId: 'a-1',
  });
});
