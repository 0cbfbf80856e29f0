import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { type DockerRegistry, startDockerRegistry } from '../support/registry/docker-registry.ts';
import { serveEcr } from '../support/registry/ecr-server.ts';
import { serveGit } from '../support/git/server.ts';
import { git } from '../support/git/git.ts';
import type { Origin } from '../support/git/origin.ts';
import { copyStandIns, standIns } from '../support/image/stand-ins.ts';
import { adapt } from './adapted.ts';
import { runProgram } from '../../scripts/process/program.ts';
import { createProtectedOrigin } from './protected-origin.ts';
import { listJobs, type PipelineRun, type RunOptions, runPipeline } from './runner.ts';

/** What only the pipeline's settings hold, and no output may show. */
export const secrets = {
  GITOPS_PUSH_TOKEN: 'token-that-may-push-to-main',
  AWS_SECRET_ACCESS_KEY: 'secret-key-of-the-pipeline',
};

interface Parts {
  folder: string;
  origin: Origin;
  /** The address that jobs know the origin by. */
  address: string;
  registry: DockerRegistry;
  /** The variables of the CI/CD settings. */
  variables: Readonly<Record<string, string>>;
}

/** A project at GitLab: its server, the registries that it pushes to, its settings, and a runner. */
export class Project implements AsyncDisposable {
  readonly folder: string;
  readonly origin: Origin;
  readonly registry: DockerRegistry;
  readonly variables: Readonly<Record<string, string>>;
  /** What all runs so far have shown. */
  readonly shown: string[] = [];
  readonly #address: string;
  readonly #resources: AsyncDisposableStack;
  #clones = 0;

  private constructor(resources: AsyncDisposableStack, parts: Parts) {
    this.#resources = resources;
    this.#address = parts.address;
    this.folder = parts.folder;
    this.origin = parts.origin;
    this.registry = parts.registry;
    this.variables = parts.variables;
  }

  /** Makes a project of the commit that this checkout is at, whose environments pull from the registry of the proof. */
  static async create(): Promise<Project> {
    const project = await Project.of(resolve('.'));
    await adapt(project.origin, project.repository);
    return project;
  }

  /** Makes a project of the commit that a checkout is at, as it is. */
  static async of(checkout: string): Promise<Project> {
    await using resources = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'pipeline-'));
    resources.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
    // Buildah 1.28 leaves a stage mounted that another one has copied from. Where nothing is, umount has nothing to do.
    const mounts = join(folder, 'storage/images/overlay');
    resources.defer(async () => {
      await runProgram('umount', ['--recursive', mounts], { env: process.env, timeLimit: 20_000 });
    });
    for (const name of ['home', 'tmp']) await mkdir(join(folder, name));
    const origin = await createProtectedOrigin(join(folder, 'origin.git'), checkout);
    const users = { oauth2: secrets.GITOPS_PUSH_TOKEN, 'gitlab-ci-token': 'token-of-the-job' };
    const { address } = resources.use(await serveGit({ directory: origin.directory, users }));
    const registry = resources.use(await startDockerRegistry(folder));
    const { findDigest } = registry;
    const ecr = resources.use(await serveEcr({ repositories: new Map(), findDigest }));
    const variables = {
      ...secrets,
      ...(await copyStandIns(join(folder, 'storage'))),
      // Where buildah keeps the packages of earlier builds, and Jest what it has compiled.
      TMPDIR: join(folder, 'tmp'),
      AWS_ACCESS_KEY_ID: 'key-of-the-pipeline',
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL_ECR: `http://${ecr.host}`,
      ECR_REPOSITORY_URL: registry.host,
      BUILD_ARGS: standIns.join(' '),
    };
    const project = new Project(resources.move(), { folder, origin, address, registry, variables });
    await writeSettings(project.#home, variables);
    return project;
  }

  get repository(): string {
    return `${this.registry.host}/project`;
  }

  get #home(): string {
    return join(this.folder, 'home');
  }

  /** A runner's checkout of a branch: the job's address of the server, and who started the pipeline. */
  async clone(branch = 'main'): Promise<string> {
    this.#clones += 1;
    const checkout = join(this.folder, `checkout-${this.#clones}`);
    await git('/', ['clone', '--quiet', '--branch', branch, this.origin.directory, checkout]);
    await git(checkout, ['remote', 'set-url', 'origin', this.#address]);
    await git(checkout, ['config', 'user.name', 'Grace Operator']);
    await git(checkout, ['config', 'user.email', 'grace@example.com']);
    return checkout;
  }

  /** Runs the pipeline of a checkout, and waits for its end. */
  async run(checkout: string, options: RunOptions = {}): Promise<PipelineRun> {
    const run = await runPipeline(checkout, this.#home, options);
    this.shown.push(run.output, ...run.logs.values());
    return run;
  }

  /** What GitLab would start. */
  list(checkout: string, variables?: RunOptions['variables'], file?: string): Promise<string[]> {
    return listJobs(checkout, this.#home, variables, file);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

/** Each is said to be text: what begins with a slash would be taken for a file. */
async function writeSettings(home: string, variables: Readonly<Record<string, string>>): Promise<void> {
  const folder = join(home, '.gitlab-ci-local');
  await mkdir(folder, { recursive: true });
  const entries = Object.entries(variables).map(([name, value]) => [
    name,
    { type: 'variable', values: { '*': value } },
  ]);
  const settings = stringify({ global: Object.fromEntries(entries) as object });
  await writeFile(join(folder, 'variables.yml'), settings, { mode: 0o600 });
}
