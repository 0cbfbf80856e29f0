import { Module, type DynamicModule } from '@nestjs/common';
import { AboutController } from './about/about.controller.ts';
import { CONFIG, type Config } from './config.ts';
import { DocsController } from './docs/docs.controller.ts';
import { Drain } from './drain.ts';
import { HealthModule } from './health/health.module.ts';
import { ResponseHeaders } from './http/response-headers.ts';
import { LoadIndicators } from './load/load-indicators.ts';
import { MetricsServer } from './metrics/metrics-server.ts';
import { NotesModule } from './notes/notes.module.ts';
import { Upstream } from './upstream/upstream.ts';

@Module({
  imports: [HealthModule, NotesModule],
  controllers: [AboutController, DocsController],
  providers: [Drain, LoadIndicators, MetricsServer, ResponseHeaders, Upstream],
})
export class AppModule {
  /** The application with this configuration, which its providers can have as `CONFIG`. */
  static with(config: Config, ...imports: DynamicModule[]): DynamicModule {
    const provider = { provide: CONFIG, useValue: config };
    return { module: AppModule, imports, providers: [provider], exports: [provider], global: true };
  }
}
