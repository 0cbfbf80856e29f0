import { Controller, Get, Inject } from '@nestjs/common';
import { build } from '../build.ts';
import { CONFIG, type Config } from '../config.ts';

@Controller()
export class AboutController {
  readonly #config: Config;

  constructor(@Inject(CONFIG) config: Config) {
    this.#config = config;
  }

  @Get()
  about() {
    const { RELEASE: release, ENVIRONMENT: environment } = this.#config;
    return { name: build.name, version: build.version, release, environment };
  }
}
