import { join } from 'node:path';
import { exitCode, Failure } from './shell/failure.ts';
import { runMain } from './shell/run-main.ts';
import { findPort, Service } from './process/service.ts';

const dist = join(import.meta.dirname, '..', 'dist');

/** Lets the built service start and answer once, so that Node writes down what it compiled for that: `dist/cache`. */
await runMain(async () => {
  const port = await findPort();
  const url = `http://127.0.0.1:${port}`;
  const service = new Service(join(dist, 'main.js'), {
    HOST: '127.0.0.1',
    PORT: String(port),
    METRICS_PORT: '0',
    NODE_COMPILE_CACHE: join(dist, 'cache'),
  });
  await service.ready(`${url}/health/ready`, 20_000);
  await (await fetch(url)).text();
  const status = await service.stop(20_000);
  if (status === 0) return exitCode.done;
  throw new Failure('unhealthy', `The service ended with ${String(status)}.`, service.lines.join('\n'));
});
