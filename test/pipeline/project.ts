import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { runProgram } from '../../scripts/program.ts';
import { type DockerRegistry, startDockerRegistry } from '../support/docker-registry.ts';
import { type EcrServer, serveEcr } from '../support/ecr-server.ts';
import { type GitServer, serveGit } from '../support/git-server.ts';
import { git } from '../support/git.ts';
import { Origin } from '../support/origin.ts';
import { prepareStandIns } from '../support/stand-ins.ts';

/** What only the pipeline's settings hold, and no output may show. */
export const secrets = {
  GITOPS_PUSH_TOKEN: 'token-that-may-push-to-main',
  AWS_SECRET_ACCESS_KEY: 'secret-key-of-the-pipeline',
};

/** What a run of a pipeline came to. */
export interface PipelineRun {
  status: number | null;
  output: string;
  /** What each job wrote, in the order of their names. */
  logs: ReadonlyMap<string, string>;
}

export interface RunOptions {
  args?: readonly string[];
  /** Variables of this run alone, as GitLab or whoever starts it sets them. */
  variables?: Readonly<Record<string, string>>;
}

// Milliseconds: a whole pipeline, with an npm ci a job.
const timeLimit = 900_000;

/** A project at GitLab: its server, the registries that it pushes to, its settings, and a runner. */
export class Project implements AsyncDisposable {
  readonly folder: string;
  readonly origin: Origin;
  readonly server: GitServer;
  readonly registry: DockerRegistry;
  readonly ecr: EcrServer;
  /** The variables of the CI/CD settings. */
  readonly variables: Record<string, string>;
  readonly #resources: AsyncDisposableStack;
  #clones = 0;

  private constructor(
    resources: AsyncDisposableStack,
    parts: Pick<Project, 'folder' | 'origin' | 'server' | 'registry' | 'ecr' | 'variables'>,
  ) {
    this.#resources = resources;
    this.folder = parts.folder;
    this.origin = parts.origin;
    this.server = parts.server;
    this.registry = parts.registry;
    this.ecr = parts.ecr;
    this.variables = parts.variables;
  }

  /** Makes a project of the commit that this checkout is at, whose environments pull from the registry of the proof. */
  static async create(): Promise<Project> {
    await using resources = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'pipeline-'));
    resources.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
    const standIns = await prepareStandIns();
    const origin = await createOrigin(join(folder, 'origin.git'));
    const users = { oauth2: secrets.GITOPS_PUSH_TOKEN, 'gitlab-ci-token': 'token-of-the-job' };
    const server = resources.use(await serveGit({ directory: origin.directory, users }));
    const registry = resources.use(await startDockerRegistry(folder));
    const { findDigest } = registry;
    const ecr = resources.use(await serveEcr({ repositories: new Map(), findDigest }));
    const variables = {
      ...secrets,
      ...standIns.env,
      AWS_ACCESS_KEY_ID: 'key-of-the-pipeline',
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL_ECR: `http://${ecr.host}`,
      ECR_REPOSITORY_URL: registry.host,
      BUILD_ARGS: standIns.buildArgs.join(' '),
    };
    const project = new Project(resources.move(), { folder, origin, server, registry, ecr, variables });
    await project.#writeSettings();
    await project.#adapt();
    return project;
  }

  get repository(): string {
    return `${this.registry.host}/project`;
  }

  /** A runner's checkout of a branch: the job's address of the server, and who started the pipeline. */
  async clone(branch = 'main'): Promise<string> {
    this.#clones += 1;
    const checkout = join(this.folder, `checkout-${this.#clones}`);
    await git('/', ['clone', '--quiet', '--branch', branch, this.origin.directory, checkout]);
    await git(checkout, ['remote', 'set-url', 'origin', this.server.address]);
    await git(checkout, ['config', 'user.name', 'Grace Operator']);
    await git(checkout, ['config', 'user.email', 'grace@example.com']);
    return checkout;
  }

  /** Runs the pipeline of a checkout as `.gitlab-ci.yml` is written, job by job, and waits for its end. */
  async run(checkout: string, { args = [], variables = {} }: RunOptions = {}): Promise<PipelineRun> {
    const title = await git(checkout, ['log', '-1', '--format=%s']);
    const given = Object.entries({ CI_COMMIT_TITLE: title, ...variables }).flatMap(([name, value]) => [
      '--variable',
      `${name}=${value}`,
    ]);
    const shell = ['--force-shell-executor', '--shell-isolation', '--home', this.#home, '--timestamps'];
    const { status, stdout, stderr } = await runProgram('gitlab-ci-local', [...shell, ...given, ...args], {
      cwd: checkout,
      env: runnerEnvironment(this.#home),
      timeLimit,
    });
    return { status, output: stdout.toString() + stderr, logs: await readLogs(checkout) };
  }

  /** What GitLab would start: the jobs that the rules let into a pipeline, in their order. */
  async list(
    checkout: string,
    variables: RunOptions['variables'] = {},
    file = '.gitlab-ci.yml',
  ): Promise<string[]> {
    const { status, output } = await this.run(checkout, { args: ['--list-csv', '--file', file], variables });
    if (status !== 0) throw new Error(output);
    const lines = output.split('\n').filter((line) => line.includes(';') && !line.startsWith('name;'));
    return lines.map((line) => line.split(';')[0] ?? '');
  }

  get #home(): string {
    return join(this.folder, 'home');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }

  async #writeSettings(): Promise<void> {
    const folder = join(this.#home, '.gitlab-ci-local');
    await mkdir(folder, { recursive: true });
    const settings = stringify({ global: toSettings(this.variables) });
    await writeFile(join(folder, 'variables.yml'), settings, { mode: 0o600 });
  }

  /**
   * Lets the environments pull from the registry of the proof and promote without a soak, and keeps few of the tests:
   * `npm test` has passed them all, and every pipeline here would pass them again.
   */
  async #adapt(): Promise<void> {
    const environments = ['dev', 'staging', 'production'].map(async (name) => {
      const path = `environments/${name}/values.yaml`;
      const values = await this.origin.read(path);
      return [path, values.replace(/^image:\n/m, `image:\n  repository: ${this.repository}\n`)] as const;
    });
    const files = (await this.origin.git('ls-tree', '-r', '--name-only', 'main', 'test/')).split('\n');
    const tests = files.filter(
      (path) => /\.(test|proof)\.ts$/.test(path) && !path.startsWith('test/registry/'),
    );
    await this.origin.commit('Adapt the project to the proof', {
      ...Object.fromEntries(await Promise.all(environments)),
      'environments/flow.yaml': (await this.origin.read('environments/flow.yaml')).replace(
        /^ +soak: .*\n/gm,
        '',
      ),
      ...Object.fromEntries(tests.map((path) => [path, undefined])),
    });
  }
}

/** Said to be text: what begins with a slash would be taken for a file. */
function toSettings(variables: Readonly<Record<string, string>>): object {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, { type: 'variable', values: { '*': value } }]),
  );
}

/** The server's repository. Its main is protected: who has the token of the settings may push, and starts no pipeline. */
async function createOrigin(directory: string): Promise<Origin> {
  await git('/', ['init', '--quiet', '--bare', '--initial-branch=main', directory]);
  await git(directory, ['config', 'receive.advertisePushOptions', 'true']);
  await git(directory, ['config', 'uploadpack.allowFilter', 'true']);
  await git(directory, [
    'fetch',
    '--quiet',
    '--no-tags',
    '--update-shallow',
    resolve('.'),
    'HEAD:refs/heads/main',
  ]);
  const origin = new Origin(directory);
  await origin.installHook(
    'pre-receive',
    `[ "$REMOTE_USER" = oauth2 ] || { echo "GitLab: You are not allowed to push code to protected branches" >&2; exit 1; }
[ "$GIT_PUSH_OPTION_0" = ci.skip ] || { echo "The push would start a pipeline" >&2; exit 1; }`,
  );
  return origin;
}

/** What a runner gives to its jobs: the machine's programs and network, and nothing of the person who runs the proof. */
function runnerEnvironment(home: string): NodeJS.ProcessEnv {
  const network = Object.entries(process.env).filter(([name]) => /proxy$|ca_?certs|_cert_/i.test(name));
  return {
    ...Object.fromEntries(network),
    PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
    HOME: home,
    FORCE_COLOR: '0',
    DEBIAN_FRONTEND: 'noninteractive',
  };
}

async function readLogs(checkout: string): Promise<ReadonlyMap<string, string>> {
  const folder = join(checkout, '.gitlab-ci-local/output');
  const files = await readdir(folder).catch(() => []);
  const logs = files.map(
    async (file) => [basename(file, '.log'), await readFile(join(folder, file), 'utf8')] as const,
  );
  return new Map(await Promise.all(logs));
}
