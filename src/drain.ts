import type { Server } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationShutdown, OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Config } from './config.ts';
import { Readiness } from './health/readiness.ts';

/** Whether the process has been told to stop: every answer then tells its client to leave. */
export class Stopping {
  begun = false;
}

/**
 * Stops without dropping a request. Kubernetes goes on sending requests for some time after it has told the process
 * to stop: they are answered, and every client is told to leave. When `DRAIN_SECONDS` have passed, Nest closes the
 * server, which waits for the requests in flight; for `REQUEST_SECONDS` at most, whatever a client does.
 */
@Injectable()
export class Drain implements OnModuleDestroy, BeforeApplicationShutdown, OnApplicationShutdown {
  private timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly config: Config,
    private readonly stopping: Stopping,
    private readonly host: HttpAdapterHost,
    readiness: Readiness,
  ) {
    // Terminus itself only fails when Nest's earlier shutdown hooks are done, which is after the drain.
    readiness.add('drain', () => {
      if (this.stopping.begun) throw new Error('The process is stopping.');
    });
  }

  onModuleDestroy(): void {
    this.stopping.begun = true;
  }

  async beforeApplicationShutdown(): Promise<void> {
    await wait(this.config.DRAIN_SECONDS * 1000);
    const server = this.host.httpAdapter.getHttpServer() as Server;
    // No earlier: what looks idle may have its next request on the way, and would lose it. Who has asked nothing during
    // the whole drain is let go. Again and again, because an answer that was on its way when the stop came has promised
    // to keep its connection, and closing the server would wait for that client, 72 seconds by default.
    this.timers = [
      setInterval(server.closeIdleConnections.bind(server), 100),
      setTimeout(server.closeAllConnections.bind(server), this.config.REQUEST_SECONDS * 1000),
    ];
  }

  onApplicationShutdown(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }
}
