import type { RequestListener, Server } from 'node:http';
import type { FastifyHttpOptions } from 'fastify';
import { answerProblem } from '../errors/answer-problem.ts';
import { addAnswerHeaders, readRequestId } from './answer-headers.ts';
import { answerBroken } from './broken-request.ts';
import type { Parts } from './hooks.ts';
import { watchOpenRequests } from './open-requests.ts';
import { createBoundedServer } from './server.ts';

/** How the server takes requests: from whom, how much, for how long. */
export function createServerOptions(parts: Parts) {
  const { BODY_BYTES, REQUEST_SECONDS: seconds, TRUST_PROXY } = parts.config;
  const serverOptions = {
    // What is on its way is for `watchOpenRequests` to end, a little earlier.
    requestTimeout: (seconds + 2) * 1000,
    headersTimeout: Math.min(seconds, 10) * 1000,
    connectionsCheckingInterval: 1000,
    keepAliveTimeout: 72_000,
  };
  return {
    serverFactory(handle: RequestListener) {
      const server = createBoundedServer(serverOptions, handle);
      watchOpenRequests(parts.open, server, seconds * 1000);
      // A client that never reads, one that never sends.
      return server.setTimeout((seconds + 1) * 1000);
    },
    bodyLimit: BODY_BYTES,
    trustProxy: TRUST_PROXY ?? false,
    // What is no path has no route, and else no hooks.
    rewriteUrl: ({ url = '' }) => (url.startsWith('/') ? url : `/${url}`),
    genReqId: readRequestId,
    requestIdHeader: false,
    clientErrorHandler: answerBroken.bind(undefined, parts),
    // A path that cannot be decoded reaches no route, and no hook.
    frameworkErrors(error, _request, reply) {
      addAnswerHeaders(reply);
      reply.raw.once('finish', parts.requestLog.answered.bind(parts.requestLog, reply));
      answerProblem(error, reply);
    },
    // A request that is on its way when the server closes is answered too, see Drain.
    return503OnClosing: false,
  } satisfies FastifyHttpOptions<Server>;
}
