import 'reflect-metadata';
import { Controller, Get, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { OneLine } from './one-line.ts';

/** What Nest's adapter costs by itself: the same answers and the same log, and nothing of the service. */
@Controller()
class Routes {
  @Get()
  about(): object {
    return { name: 'bare', version: '0.1.0', release: 'unreleased', environment: 'local' };
  }

  @Get('health/ready')
  ready(): object {
    return { status: 'ok' };
  }
}

@Module({ controllers: [Routes] })
class Root {}

Logger.overrideLogger(false);
const adapter = new FastifyAdapter({ logger: true, logController: new OneLine() });
const app = await NestFactory.create<NestFastifyApplication>(Root, adapter);
await app.listen({ host: process.env.HOST ?? '127.0.0.1', port: Number(process.env.PORT) });
