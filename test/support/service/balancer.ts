import { setTimeout } from 'node:timers/promises';

/** Sends to those that are ready, as a balancer would that takes a second to believe that one no longer is. */
export class Balancer {
  readonly #failedAt = new Map<number, number | undefined>();
  readonly #watching: Promise<void>[] = [];
  #next = 0;

  /** Sends to this port of the loopback from now on, until it is not ready. */
  add(port: number): void {
    this.#failedAt.set(port, undefined);
    this.#watching.push(this.#watch(port));
  }

  /** The port for the next request, if there is any. */
  pick(): number | undefined {
    const ports = [...this.#failedAt.keys()];
    this.#next += 1;
    return ports[this.#next % ports.length];
  }

  /** Resolves when the port has not been ready for a second, and gets no more requests. */
  async forgotten(port: number): Promise<void> {
    while (this.#failedAt.has(port)) await setTimeout(10);
  }

  async #watch(port: number): Promise<void> {
    while (await isReady(port)) await setTimeout(50);
    await setTimeout(1000);
    this.#failedAt.delete(port);
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`);
    await answer.bytes();
    return answer.ok;
  } catch {
    return false;
  }
}
