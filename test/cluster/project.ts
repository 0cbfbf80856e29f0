import { parse, stringify } from 'yaml';
import { flowPath } from '../../scripts/release/flow.ts';
import { valuesPath } from '../../scripts/release/values.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Run, RunOptions, Sandbox } from '../support/command/sandbox.ts';
import { emptyValues } from '../support/git/origin.ts';
import type { Files, Origin } from '../support/git/origin.ts';
import { applyPatch } from '../support/kubernetes/patch.ts';
import { readChart } from './chart.ts';
import type { ClusterSettings } from './settings.ts';

/** An environment of the flow, and where its releases come from. */
export interface ProofEnvironment {
  name: string;
  from?: string;
}

/** A commit that can be delivered. */
export interface Release {
  revision: string;
  tag: string;
}

// Milliseconds.
const timeLimit = 240_000;

/** A repository with the chart of this checkout and environments of its own, and whoever types the commands there. */
export class Project implements AsyncDisposable {
  readonly image: ClusterSettings['image'];
  readonly #sandbox: Sandbox;
  readonly #checkout: string;

  private constructor(image: ClusterSettings['image'], sandbox: Sandbox, checkout: string) {
    this.image = image;
    this.#sandbox = sandbox;
    this.#checkout = checkout;
  }

  static async create(environments: readonly ProofEnvironment[], image: ClusterSettings['image']): Promise<Project> {
    const sandbox = await createSandbox();
    const examples = ['dev', 'staging', 'production'].map((name) => [valuesPath(name), undefined]);
    const values = environments.map(({ name }) => [valuesPath(name), emptyValues(name)]);
    const flow = { [flowPath]: stringify({ environments }) };
    await sandbox.origin.commit('Name the environments', {
      ...(Object.fromEntries([...examples, ...values]) as Files),
      ...flow,
    });
    return new Project(image, sandbox, await sandbox.clone());
  }

  get origin(): Origin {
    return this.#sandbox.origin;
  }

  /** Merges a change, whose chart has other values of its own in some fields; nobody has delivered it yet. */
  async release(subject: string, patch: object = {}, files: Files = {}): Promise<Release> {
    const { repository } = this.image;
    const chart = await readChart(applyPatch({ image: { repository } }, patch) as object);
    const revision = await this.commit(subject, { ...chart, ...files });
    return { revision, tag: revision.slice(0, 8) };
  }

  /** Commits to `main`, now. */
  async commit(subject: string, files: Files): Promise<string> {
    this.origin.time = new Date();
    return this.origin.commit(subject, files);
  }

  /** The values of an environment as they stand on `main`, patched. */
  async patchValues(environment: string, patch: object): Promise<string> {
    const values: unknown = parse(await this.origin.read(valuesPath(environment)));
    return stringify(applyPatch(values, patch));
  }

  /** The image that the pods of a release run. */
  imageOf({ tag }: Release): string {
    return `${this.image.repository}:${tag}@${this.image.digest}`;
  }

  /** Runs a command that must end well, and gives its output. */
  async gitops(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await this.#run(args, {});
    if (status === 0) return stdout;
    throw new Error(`${args.join(' ')} ended with ${String(status)}: ${stderr}`);
  }

  /** Runs `wait`, and hands on what it says, when it says it. */
  wait(environment: string, timeout: string, hear?: RunOptions['hear']): Promise<Run> {
    return this.#run(['wait', environment, '--timeout', timeout], { ...(hear && { hear }) });
  }

  /** The seconds since the newest commit of `main` was made, which is just before it was pushed. */
  async secondsSincePush(): Promise<number> {
    const [time] = await this.origin.log('%ct', '-1');
    return Date.now() / 1000 - Number(time);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sandbox[Symbol.asyncDispose]();
  }

  #run(args: readonly string[], options: RunOptions): Promise<Run> {
    const { ARGOCD_SERVER, ARGOCD_AUTH_TOKEN, ARGOCD_INSECURE, NODE_EXTRA_CA_CERTS } = process.env;
    const env = { ARGOCD_SERVER, ARGOCD_AUTH_TOKEN, ARGOCD_INSECURE, NODE_EXTRA_CA_CERTS };
    return this.#sandbox.gitops(this.#checkout, args, env, { timeLimit, ...options });
  }
}
