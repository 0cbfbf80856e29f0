import { join } from 'node:path';
import { listVariables } from '../src/config.ts';
import { Failure } from './shell/failure.ts';
import { runMain } from './shell/run-main.ts';
import { findPort, Service } from './process/service.ts';

const dist = join(import.meta.dirname, '..', 'dist');
// What stands for the variables that the service does not start without; it leads nowhere.
const required = listVariables().filter((variable) => variable.required);
const examples = Object.fromEntries(required.map(({ name, example }) => [name, example]));

/**
 * Lets the built service start and answer once, so that Node writes down what it compiled for that: `dist/cache`. It must
 * live for that, and not be ready: a build has no database.
 */
await runMain(async () => {
  const port = await findPort();
  const url = `http://127.0.0.1:${port}`;
  const service = new Service(join(dist, 'main.js'), {
    ...examples,
    HOST: '127.0.0.1',
    PORT: String(port),
    METRICS_PORT: '0',
    NODE_COMPILE_CACHE: join(dist, 'cache'),
  });
  await service.ready(`${url}/health/live`, 20_000);
  await (await fetch(url)).text();
  const status = await service.stop(20_000);
  if (status === 0) return;
  throw new Failure('unhealthy', `The service ended with ${String(status)}.`, service.lines.join('\n'));
});
