import { startedUp } from './early.ts';
import 'reflect-metadata';
import { Logger, ShutdownSignal } from '@nestjs/common';
import { createApp } from './app.ts';
import { build } from './build.ts';
import { ConfigFault, readConfig } from './config.ts';

await start().catch((error: unknown) => {
  if (!(error instanceof ConfigFault)) throw error;
  console.error(error.message);
  // Not by itself: what did start, such as the metrics' port, would hold it.
  process.exit(2);
});

async function start(): Promise<void> {
  const config = readConfig(process.env, build.release);
  const app = await createApp(config);
  // A line of the log in the place of what Node writes: a page of the bundle, and no release.
  process.prependListener('uncaughtException', (error) => {
    new Logger('Process').fatal(error);
    process.exit(1);
  });
  // Node knows how to listen on IPv6 and IPv4, or on IPv4 alone; Fastify would take localhost if this was undefined.
  await app.listen({ host: config.HOST ?? '', port: config.PORT }).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const advice = 'set HOST, PORT and METRICS_PORT to what is free here';
    throw new ConfigFault(`The service cannot listen, ${advice}: ${reason}`, { cause });
  });
  // Nest would end by sending itself the signal again, which process 1 of a container ignores.
  app.enableShutdownHooks([ShutdownSignal.SIGTERM, ShutdownSignal.SIGINT], { useProcessExit: true });
  // The listener from before stays: a signal that came while all this ran has not been told yet, and is lost with its last listener.
  startedUp();
}
