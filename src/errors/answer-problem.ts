import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { InvalidRequest } from './invalid-request.ts';
import { createProblem, problemType, type Problem } from './problem.ts';

/** Answers whatever a controller throws as a problem. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    answerProblem(error, host.switchToHttp().getResponse<FastifyReply>());
  }
}

/** Answers an error as a problem. What the service is to blame for is logged whole, and told to nobody. */
export function answerProblem(error: unknown, reply: FastifyReply): void {
  const problem = describe(error, reply.request.id);
  // A service that is overloaded says so by its metrics, not by more to write.
  if (problem.status >= 500 && problem.status !== 503) reply.log.error({ err: error }, 'request failed');
  if (reply.raw.headersSent) reply.raw.destroy();
  else void reply.status(problem.status).type(problemType).send(problem);
}

function describe(error: unknown, requestId: string): Problem {
  const status = findStatus(error);
  if (status >= 500 || !(error instanceof Error)) return createProblem(status, { requestId });
  const errors = error instanceof InvalidRequest ? { errors: error.faults } : {};
  return createProblem(status, { detail: error.message, requestId, ...errors });
}

/** Nest's errors have a status, and so have Fastify's: of a body that is too long, of a time that is over. */
function findStatus(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode } = (error ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 600 ? statusCode : 500;
}
