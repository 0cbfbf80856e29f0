import { Injectable, MethodNotAllowedException, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';

/** Refuses the methods that a path does not have with 405, and names in `Allow` those that it has. */
@Injectable()
export class Methods implements OnModuleInit {
  private readonly byPath = new Map<string, string[]>();

  constructor(private readonly host: HttpAdapterHost<FastifyAdapter>) {
    host.httpAdapter.getInstance().addHook('onRoute', ({ url, method }) => {
      this.byPath.set(url, [...(this.byPath.get(url) ?? []), ...[method].flat()]);
    });
  }

  /** Nest has made the routes of all modules by now. */
  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance();
    for (const [url, methods] of [...this.byPath]) {
      fastify.route({
        url,
        method: fastify.supportedMethods.filter((method) => !methods.includes(method)),
        config: { refused: true },
        // Before a body is read, which nobody asked for.
        onRequest: (request, reply, done) => {
          reply.header('allow', methods.join(', '));
          done(new MethodNotAllowedException(`Cannot ${request.method} ${request.url.replace(/\?.*/s, '')}`));
        },
        handler: () => undefined,
      });
    }
  }
}
