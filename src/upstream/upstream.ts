import { Injectable } from '@nestjs/common';
import { Config } from '../config.ts';
import { Readiness } from '../health/readiness.ts';

/** The service that this one cannot work without, where there is one: an example of a dependency. */
@Injectable()
export class Upstream {
  constructor(config: Config, readiness: Readiness) {
    const { UPSTREAM_URL: url, UPSTREAM_TIMEOUT_MS: timeLimit } = config;
    if (url === undefined) return;
    const ask = async ({ signal }: { signal: AbortSignal }) => {
      const answer = await fetch(url, { signal, redirect: 'manual' });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`It answered ${answer.status}.`);
    };
    readiness.add('upstream', ask, timeLimit);
  }
}
