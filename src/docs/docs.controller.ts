import { Controller, Get, Header } from '@nestjs/common';
import document from './openapi.json' with { type: 'json' };
import { page, pagePolicy } from './page.ts';

/** The contract of the service, for people and for programs; `npm run docs` writes it. */
@Controller('docs')
export class DocsController {
  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', pagePolicy)
  read(): string {
    return page;
  }

  @Get('openapi.json')
  readDocument() {
    return document;
  }
}
