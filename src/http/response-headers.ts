import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { requestIdHeader } from './request-id.ts';
import { securityHeaders } from './security-headers.ts';

/** Gives every answer its request's id, and the headers that keep browsers from misusing it. */
@Injectable()
export class ResponseHeaders implements OnModuleInit {
  readonly #fastify: FastifyInstance;

  constructor(host: HttpAdapterHost<FastifyAdapter>) {
    this.#fastify = host.httpAdapter.getInstance();
  }

  onModuleInit(): void {
    this.#fastify.addHook('onRequest', (request, reply, done) => {
      reply.headers(securityHeaders).header(requestIdHeader, request.id);
      done();
    });
  }
}
