import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../config.ts';
import { createBoundedServer } from '../http/server.ts';
import { Metrics } from './metrics.ts';

/** Answers `/metrics` on a port of its own, which no route from outside leads to, until the last request is done. */
@Injectable()
export class MetricsServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Metrics');
  private written: Promise<string> | undefined;
  private readonly server = createBoundedServer({}, (...exchange) => void this.answer(...exchange));

  constructor(
    private readonly config: Config,
    private readonly metrics: Metrics,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { METRICS_PORT: port, HOST: host } = this.config;
    if (port === 'off') return;
    this.server.listen(port, host);
    await once(this.server, 'listening');
    this.logger.log(`Metrics at ${JSON.stringify(this.server.address())}`);
  }

  onApplicationShutdown(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer({ url = '', method = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!/^\/metrics(\?|$)/.test(url)) {
      response.writeHead(404).end();
    } else if (!['GET', 'HEAD'].includes(method)) {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    } else {
      // Those who ask at the same time get the same.
      this.written ??= this.metrics.registry.metrics().finally(() => (this.written = undefined));
      const text = await this.written.catch(() => undefined);
      if (text === undefined) response.writeHead(500).end();
      else response.writeHead(200, { 'Content-Type': this.metrics.registry.contentType }).end(text);
    }
  }
}
