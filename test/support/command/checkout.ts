import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { runProgram } from '../../../scripts/process/program.ts';
import { replaceScalars } from '../../../scripts/release/scalars.ts';
import { valuesPath } from '../../../scripts/release/values.ts';
import { namedApplications, projectsOf } from '../git/applicationset.ts';
import { flow } from '../git/flow.ts';
import { git } from '../git/git.ts';
import { emptyValues } from '../git/origin.ts';
import { pipelineOf } from '../git/pipeline.ts';
import { root } from '../kubernetes/render.ts';

/** What `scripts/lint.ts` looks at: this repository's chart and scripts, and environments of its own. */
export class Checkout implements AsyncDisposable {
  readonly environments = ['dev', 'staging', 'production'];
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<Checkout> {
    const checkout = new Checkout(await mkdtemp(join(tmpdir(), 'lint-')));
    for (const part of ['package.json', 'scripts', 'helm-chart']) {
      await cp(join(root, part), checkout.at(part), { recursive: true });
    }
    await symlink(join(root, 'node_modules'), checkout.at('node_modules'));
    const { environments } = checkout;
    const files = {
      ...pipelineOf(environments),
      // Its packages are others' files.
      '.gitignore': '/node_modules\n',
      ...flow(),
      ...namedApplications,
      ...projectsOf(environments),
      ...Object.fromEntries(environments.map((name) => [valuesPath(name), emptyValues(name)])),
    };
    for (const [path, content = ''] of Object.entries(files)) {
      await mkdir(dirname(checkout.at(path)), { recursive: true });
      await writeFile(checkout.at(path), content);
    }
    return checkout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true });
  }

  at(path: string): string {
    return join(this.folder, path);
  }

  /** Commits what is there, and gives its abbreviation. */
  async commit(): Promise<string> {
    await git(this.folder, ['init', '--quiet']);
    await git(this.folder, ['add', '--all']);
    await git(this.folder, ['commit', '--quiet', '--allow-empty', '--message', 'A release']);
    return git(this.folder, ['rev-parse', '--short=8', 'HEAD']);
  }

  /** Writes a release into the values of environments. */
  async deliver(tag: string, ...environments: readonly string[]): Promise<void> {
    for (const environment of environments) {
      const file = this.at(valuesPath(environment));
      const values = { path: file, bytes: await readFile(file) };
      await writeFile(
        file,
        replaceScalars(values, [
          { path: ['image', 'tag'], value: tag },
          { path: ['image', 'digest'], value: '' },
        ]),
      );
    }
  }

  /** Commits what is there, and gives the tree, by which the same files are known. */
  async tree(): Promise<string> {
    await this.commit();
    return git(this.folder, ['rev-parse', 'HEAD^{tree}']);
  }

  lint({ options = [], env = {} }: { options?: readonly string[]; env?: NodeJS.ProcessEnv } = {}) {
    return this.run([...options, 'scripts/lint.ts'], env);
  }

  /** Runs an entry of the checkout, and waits for its end. */
  async run(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const { status, stdout, stderr } = await runProgram(process.execPath, args, {
      cwd: this.folder,
      env: {
        PATH: process.env.PATH,
        NODE_COMPILE_CACHE: resolve('node_modules/.cache/node'),
        CI_DEFAULT_BRANCH: 'main',
        ...env,
      },
      timeLimit: 25_000,
    });
    return { status, stdout: stdout.toString(), stderr };
  }
}
