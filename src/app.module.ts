import { Module, type DynamicModule } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { AboutController } from './about/about.controller.ts';
import { CONFIG, type Config } from './config.ts';
import { Drain } from './drain.ts';
import { HealthController } from './health/health.controller.ts';

@Module({
  // Terminus would log an error for each failing probe.
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [AboutController, HealthController],
  providers: [Drain],
})
export class AppModule {
  /** The application with this configuration, which every provider can have as `CONFIG`. */
  static with(config: Config): DynamicModule {
    return { module: AppModule, providers: [{ provide: CONFIG, useValue: config }] };
  }
}
