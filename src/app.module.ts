import { Module, type DynamicModule } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { AboutController } from './about/about.controller.ts';
import { DocsController } from './docs/docs.controller.ts';
import { Drain } from './drain.ts';
import { HealthController } from './health/health.controller.ts';
import { Readiness } from './health/readiness.ts';
import { Methods } from './http/methods.ts';
import { LoadIndicators } from './load/load-indicators.ts';
import { MetricsServer } from './metrics/metrics-server.ts';
import { NotesModule } from './notes/notes.module.ts';
import { Upstream } from './upstream/upstream.ts';

@Module({
  // Terminus would log an error for each failing probe.
  imports: [TerminusModule.forRoot({ logger: false }), NotesModule],
  controllers: [AboutController, DocsController, HealthController],
  providers: [Drain, LoadIndicators, MetricsServer, Methods, Readiness, Upstream],
})
export class AppModule {
  /** The application with what is there before Nest is, such as the configuration; each is injected by its class. */
  static with(...values: object[]): DynamicModule {
    const providers = values.map((useValue) => ({ provide: useValue.constructor, useValue }));
    return { module: AppModule, providers, exports: [...providers, Readiness], global: true };
  }
}
