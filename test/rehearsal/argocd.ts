import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { applicationSetPath, parseApplicationSet } from '../../scripts/argocd/applicationset.ts';
import { readImage, valuesPath } from '../../scripts/release/values.ts';
import { Failure } from '../../scripts/shell/failure.ts';
import { sync } from './cluster.ts';
import { readFromMain } from './gitlab.ts';
import type { Stage } from './stage.ts';

const token = 'of-the-rehearsal';

/** Stands in the place of Argo CD: whoever asks for an Application gets it synced with `main`, and is told how it is. */
export class ArgoStandIn implements AsyncDisposable {
  readonly #stage: Stage;
  readonly #environments: readonly string[];
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  /** The Applications as they were told last, and the values that they were synced with. */
  readonly #synced = new Map<string, { values: string; application: object }>();
  /** Why it could not answer: no fault of the release that is played. */
  fault: unknown;

  private constructor(stage: Stage, environments: readonly string[]) {
    this.#stage = stage;
    this.#environments = environments;
  }

  static async open(stage: Stage, environments: readonly string[]): Promise<ArgoStandIn> {
    const standIn = new ArgoStandIn(stage, environments);
    await once(standIn.#server.listen(0, '127.0.0.1'), 'listening');
    return standIn;
  }

  /** How it is asked. */
  get env(): NodeJS.ProcessEnv {
    const { port } = this.#server.address() as AddressInfo;
    return { ARGOCD_SERVER: `http://127.0.0.1:${String(port)}`, ARGOCD_AUTH_TOKEN: token };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await once(this.#server.close(), 'close');
  }

  async #answer({ url = '', headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = headers.authorization === `Bearer ${token}` ? await this.#tryToFind(url) : undefined;
    // A refusal ends every wait at once.
    response.writeHead(body ? 200 : 401, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body ?? {}));
  }

  async #tryToFind(url: string): Promise<object | undefined> {
    try {
      return await this.#find(url);
    } catch (error) {
      this.fault ??= error;
      return undefined;
    }
  }

  async #find(url: string): Promise<object> {
    const [name, below] = url.replace(/^\/api\/v1\/applications\/?|\?.*$/g, '').split('/');
    if (below !== undefined) return { nodes: [] };
    if (name === '') return { items: [...this.#synced.values()].map(({ application }) => application) };
    for (const environment of this.#environments) {
      const bytes = Buffer.from(await readFromMain(this.#stage, applicationSetPath));
      const { application } = parseApplicationSet({ path: applicationSetPath, bytes }, environment);
      if (application === name) return this.#sync(name, environment);
    }
    throw new Error(`There is no Application ${String(name)}.`);
  }

  async #sync(name: string, environment: string): Promise<object> {
    const values = await readFromMain(this.#stage, valuesPath(environment));
    const known = this.#synced.get(name);
    if (known?.values === values) return known.application;
    const fault = await findFault(() => sync(this.#stage, environment, values));
    const application = toApplication(name, { environment, values, fault });
    this.#synced.set(name, { values, application });
    return application;
  }
}

async function findFault(action: () => Promise<void>): Promise<string | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    if (error instanceof Failure && error.code === 'unhealthy') return error.message;
    throw error;
  }
}

/** An Application that is synced, as far as somebody who waits reads it. */
export function toApplication(
  name: string,
  { environment, values, fault }: { environment: string; values: string; fault: string | undefined },
): object {
  const image = readImage({ path: valuesPath(environment), bytes: Buffer.from(values) });
  const revision = image?.revision ?? '';
  const source = { targetRevision: revision, helm: { values } };
  const health = fault === undefined ? { status: 'Healthy' } : { status: 'Degraded', message: fault };
  return {
    metadata: { name },
    spec: { source },
    status: {
      sync: { status: 'Synced', revision, comparedTo: { source } },
      health: { status: health.status },
      resources: [{ kind: 'Deployment', name, health }],
      operationState: {
        phase: 'Succeeded',
        operation: { sync: { revision, source } },
        syncResult: { revision },
      },
    },
  };
}
