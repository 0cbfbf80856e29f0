import { UnsupportedMediaTypeException } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/** Takes bodies of JSON, not compressed, and no other: all else is 415. What has no body has none, whatever its type. */
export function takeJson(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity') {
      done(new UnsupportedMediaTypeException(`A body must not be encoded, and it is ${encoding}.`));
    } else if (body === '') {
      done(null, undefined);
    } else {
      void parse(request, body as string, done);
    }
  });
}
