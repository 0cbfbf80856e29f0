import 'reflect-metadata';
import helmet from '@fastify/helmet';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { Logger, LoggerModule } from 'nestjs-pino';

/** What the service is measured against: Nest as it is usually put together. */
@Controller()
class Routes {
  readonly #health: HealthCheckService;

  constructor(health: HealthCheckService) {
    this.#health = health;
  }

  @Get()
  about(): object {
    return { name: 'usual', version: '0.1.0', release: 'unreleased', environment: 'local' };
  }

  @Get('health/ready')
  @HealthCheck()
  ready(): object {
    return this.#health.check([]);
  }
}

@Module({
  imports: [LoggerModule.forRoot(), PrometheusModule.register(), TerminusModule],
  controllers: [Routes],
})
class Root {}

const adapter = new FastifyAdapter();
const app = await NestFactory.create<NestFastifyApplication>(Root, adapter);
app.useLogger(app.get(Logger));
await app.register(helmet);
app.enableShutdownHooks();
await app.listen({ host: process.env.HOST ?? '127.0.0.1', port: Number(process.env.PORT) });
