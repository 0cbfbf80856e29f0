import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { parse } from 'yaml';
import { valuesPath } from '../../scripts/release/values.ts';
import type { Files } from '../support/git/origin.ts';
import { serveGit } from '../support/git/server.ts';
import type { GitServer } from '../support/git/server.ts';
import { isSynced, readApplication } from './argo.ts';
import type { LiveApplication } from './argo.ts';
import { clear } from './clear.ts';
import { readDeployment } from './deployment.ts';
import type { LiveDeployment } from './deployment.ts';
import { apply } from './kubectl.ts';
import { gitUser, readArgoFiles, repositorySecret } from './objects.ts';
import { Project } from './project.ts';
import type { ProofEnvironment, Release } from './project.ts';
import { parseClusterSettings } from './settings.ts';
import { hasLooked, tellArgo } from './webhook.ts';

// Milliseconds: how often the cluster is looked at, and how long at most.
const pace = 500;
const usualLimit = 120_000;

const settings = parseClusterSettings(process.env);
const password = randomBytes(16).toString('hex');

/**
 * A service of its own in the cluster, under a name that nobody has: a project, which Argo CD reads, and the objects of
 * `environments/argocd/`, applied for it. All of it goes with the stage.
 */
export class Stage implements AsyncDisposable {
  readonly name: string;
  readonly environments: readonly string[];
  readonly project: Project;
  readonly #server: GitServer;
  /** Argo CD takes a push to another port for one to this, so the path must be the project's own. */
  readonly #address: string;

  private constructor(name: string, environments: readonly string[], project: Project, server: GitServer) {
    this.name = name;
    this.environments = environments;
    this.project = project;
    this.#server = server;
    this.#address = server.address.replace('/shop/', `/${name}/`);
  }

  static async open(environments: readonly ProofEnvironment[]): Promise<Stage> {
    const project = await Project.create(environments, settings.image);
    const server = await serveGit({
      directory: project.origin.directory,
      users: { [gitUser]: password },
      host: settings.gitHost,
      listensOn: settings.listensOn,
    });
    const names = environments.map(({ name }) => name);
    const stage = new Stage(`proof-${randomBytes(3).toString('hex')}`, names, project, server);
    try {
      await stage.#apply();
    } catch (error) {
      await stage[Symbol.asyncDispose]();
      throw error;
    }
    return stage;
  }

  /** Delivers a release by the pipeline's command, and tells Argo CD. */
  async deploy(environment: string, { tag }: Release): Promise<void> {
    await this.project.gitops('deploy', environment, '--tag', tag, '--digest', settings.image.digest);
    await this.tell();
  }

  /** Commits to `main` what somebody changes by hand, and tells Argo CD. */
  async commit(files: Files): Promise<void> {
    await this.project.commit('Change it by hand', files);
    await this.tell();
  }

  /** The same with the values of an environment. */
  async edit(environment: string, patch: object, files: Files = {}): Promise<void> {
    const values = await this.project.patchValues(environment, patch);
    await this.commit({ ...files, [valuesPath(environment)]: values });
  }

  /** Tells Argo CD that `main` has moved, as GitLab does. */
  async tell(): Promise<void> {
    await this.until('Argo CD has looked at the push before', () => hasLooked(this.name));
    await tellArgo(this.name, this.#address, settings.webhook);
  }

  /** What the Application, the project and the namespace of an environment are called. */
  nameOf(environment: string): string {
    return `${this.name}-${environment}`;
  }

  /** The Application of an environment; undefined when there is none. */
  application(environment: string, refresh?: 'hard'): Promise<LiveApplication | undefined> {
    const name = this.nameOf(environment);
    return readApplication({ name, project: name }, refresh);
  }

  /** The Deployment of an environment, by the API server. */
  deployment(environment: string): Promise<LiveDeployment> {
    return readDeployment(this.name, this.nameOf(environment));
  }

  /** Waits until the Deployment of an environment has these fields; gives the seconds since the push. */
  async arrives(environment: string, fields: Record<string, unknown>): Promise<number> {
    await this.until(`${environment} has ${JSON.stringify(fields)}`, async () => {
      const live: Record<string, unknown> = (await this.deployment(environment)).spec;
      return Object.entries(fields).every(([field, value]) => live[field] === value);
    });
    return this.project.secondsSincePush();
  }

  /** Waits until the cluster has what a release says; gives the seconds since the push. */
  async synced(environment: string, { revision }: Release): Promise<number> {
    await this.until(`${environment} is synced to ${revision}`, async () => {
      const application = await this.application(environment);
      return application !== undefined && isSynced(application, revision);
    });
    return this.project.secondsSincePush();
  }

  /** Waits until something is so. */
  async until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + usualLimit;
    while (!(await isSo())) {
      if (Date.now() > end) throw new Error(`Not within ${usualLimit / 1000} s: ${what}.`);
      await setTimeout(pace);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await clear(this.name, this.environments);
    await this.#server[Symbol.asyncDispose]();
    await this.project[Symbol.asyncDispose]();
  }

  async #apply(): Promise<void> {
    const subject = { name: this.name, address: this.#address, environments: this.environments };
    const files = await readArgoFiles(subject);
    await this.project.commit('Say what Argo CD is given', files);
    await apply(repositorySecret(subject, password));
    for (const text of Object.values(files)) await apply(parse(text) as object);
  }
}
