import type { FastifyHttpOptions } from 'fastify';
import type { Server } from 'node:http';
import type { Config } from '../config.ts';
import { answerBrokenRequest, answerUnroutable } from './broken-request.ts';
import { readRequestId } from './request-id.ts';

/** How the server takes requests: from whom, how much, for how long. */
export function createServerOptions(config: Config) {
  const longest = config.REQUEST_SECONDS * 1000;
  return {
    bodyLimit: config.BODY_BYTES,
    // A request that never ends, a client that never reads. For a handler that never answers, see watchOpenRequests.
    requestTimeout: longest,
    connectionTimeout: longest + 1000,
    http: { headersTimeout: Math.min(longest, 10_000), connectionsCheckingInterval: 1000 },
    trustProxy: config.TRUST_PROXY ?? false,
    genReqId: readRequestId,
    requestIdHeader: false,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: answerUnroutable,
    // A request that is on its way when the server closes is answered too, see Drain.
    return503OnClosing: false,
  } satisfies FastifyHttpOptions<Server>;
}
