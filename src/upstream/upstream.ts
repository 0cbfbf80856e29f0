import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from '../config.ts';
import { Readiness } from '../health/readiness.ts';

/** The service that this one cannot work without, where there is one: an example of a dependency. */
@Injectable()
export class Upstream implements OnModuleInit {
  readonly #config: Config;
  readonly #readiness: Readiness;

  constructor(@Inject(CONFIG) config: Config, readiness: Readiness) {
    this.#config = config;
    this.#readiness = readiness;
  }

  onModuleInit(): void {
    const { UPSTREAM_URL: url, UPSTREAM_TIMEOUT_MS: timeLimit } = this.#config;
    if (url === undefined) return;
    this.#readiness.add(
      'upstream',
      async ({ signal }) => {
        const answer = await fetch(url, { signal, redirect: 'manual' });
        await answer.body?.cancel();
        if (!answer.ok) throw new Error(`It answered ${answer.status}.`);
      },
      timeLimit,
    );
  }
}
