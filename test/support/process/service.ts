import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { Failure } from '../../../scripts/shell/failure.ts';

/** The built service, running as a process of its own. */
export class Service {
  /** What it has written until now, on both outputs. */
  readonly lines: string[] = [];
  /** Its exit status, once it has ended; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #over = new AbortController();

  /** Starts the program with this environment and no other. */
  constructor(program: string, env: NodeJS.ProcessEnv) {
    const args = ['--enable-source-maps', program];
    this.#child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const input of [this.#child.stdout, this.#child.stderr]) {
      createInterface({ input }).on('line', (line) => void this.lines.push(line));
    }
    this.ended = new Promise((resolve) => {
      this.#child.on('close', (status) => {
        this.#over.abort();
        resolve(status);
      });
    });
  }

  /**
   * Waits until the address answers 200.
   * @throws {Failure} `unhealthy` when the service ends before that, or the milliseconds are over
   */
  async ready(url: string, timeLimit: number): Promise<void> {
    const over = this.#over.signal;
    const signal = AbortSignal.any([over, AbortSignal.timeout(timeLimit)]);
    while ((await findStatus(url, signal)) !== 200) {
      if (over.aborted) throw this.#unhealthy(`The service ended before ${url} answered 200.`);
      if (signal.aborted) throw this.#unhealthy(`${url} did not answer 200 within ${timeLimit} ms.`);
      await setTimeout(50, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Sends a signal, and waits for nothing. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /**
   * Asks the service to stop, and gives its exit status.
   * @throws {Failure} `unhealthy` when the milliseconds are over before it has; it is killed then
   */
  async stop(timeLimit: number): Promise<number | null> {
    this.signal('SIGTERM');
    const timer = AbortSignal.timeout(timeLimit);
    timer.addEventListener('abort', () => {
      this.signal('SIGKILL');
    });
    const status = await this.ended;
    if (timer.aborted) throw this.#unhealthy(`The service did not stop within ${timeLimit} ms, and was killed.`);
    return status;
  }

  #unhealthy(message: string): Failure {
    const lastLines = this.lines.slice(-20).map((line) => `  ${line}`);
    return new Failure('unhealthy', message, ['Its last lines:', ...lastLines].join('\n'));
  }
}

/** A port of the loopback that was free just now. */
export async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The status of the answer, or undefined while there is none. */
async function findStatus(url: string, signal: AbortSignal): Promise<number | undefined> {
  try {
    const answer = await fetch(url, { signal });
    await answer.bytes();
    return answer.status;
  } catch {
    return undefined;
  }
}
