import 'reflect-metadata';
import { Logger, ShutdownSignal } from '@nestjs/common';
import { createApp } from './app.ts';
import { build } from './build.ts';
import { ConfigFault, readConfig } from './config.ts';

try {
  await start();
} catch (error) {
  if (!(error instanceof ConfigFault)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

async function start(): Promise<void> {
  const config = readConfig(process.env, build.release);
  const app = await createApp(config);
  // A line of the log in the place of what Node writes: a page of the bundle, and no release.
  process.on('uncaughtException', (error) => {
    new Logger('Process').fatal(error);
    process.exit(1);
  });
  // Nest would end by sending itself the signal again, which process 1 of a container ignores.
  app.enableShutdownHooks([ShutdownSignal.SIGTERM, ShutdownSignal.SIGINT], { useProcessExit: true });
  try {
    await app.listen({ host: config.HOST, port: config.PORT });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigFault(
      `The service cannot listen, set HOST, PORT and METRICS_PORT to what is free here: ${reason}`,
      {
        cause: error,
      },
    );
  }
}
