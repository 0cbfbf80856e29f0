import { Controller, Get } from '@nestjs/common';
import { build } from '../build.ts';
import { Config } from '../config.ts';

@Controller()
export class AboutController {
  constructor(private readonly config: Config) {}

  @Get()
  about() {
    const { RELEASE: release, ENVIRONMENT: environment } = this.config;
    return { name: build.name, version: build.version, release, environment };
  }
}
