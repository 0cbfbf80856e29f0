import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { listVariables } from '../src/config.ts';
import { Failure } from './shell/failure.ts';
import { runMain } from './shell/run-main.ts';

const dist = join(import.meta.dirname, '..', 'dist');
// What stands for the variables that the service does not start without; it leads nowhere.
const required = listVariables().filter((variable) => variable.required);
const examples = Object.fromEntries(required.map(({ name, example }) => [name, example]));

/** Milliseconds, after which the service is killed. */
const timeLimit = 40_000;

/**
 * Lets the built service start and answer once, so that Node writes down what it compiled for that: `dist/cache`. It must
 * live for that, and not be ready: a build has no database.
 */
await runMain(async () => {
  const service = spawn(process.execPath, ['--enable-source-maps', join(dist, 'main.js')], {
    env: { ...examples, HOST: '127.0.0.1', PORT: '0', METRICS_PORT: '0', NODE_COMPILE_CACHE: join(dist, 'cache') },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: timeLimit,
    killSignal: 'SIGKILL',
  });
  const closed = once(service, 'close');
  const lines: string[] = [];
  for await (const line of createInterface({ input: service.stdout })) {
    lines.push(line);
    const [url] = /\bhttp:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (url === undefined) continue;
    for (const path of ['/health/live', '/']) await (await fetch(`${url}${path}`)).text();
    service.kill('SIGTERM');
  }
  await closed;
  if (service.exitCode === 0) return;
  throw new Failure('unhealthy', `The service ended with ${String(service.exitCode)}.`, lines.join('\n'));
});
