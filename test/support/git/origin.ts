import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { flow } from './flow.ts';
import { git, gitBytes } from './git.ts';

export interface OriginOptions {
  /** Whether the server takes push options, as GitLab does. */
  pushOptions?: boolean;
  /** Whether the server leaves out what a client does not want, as GitLab does. */
  filter?: boolean;
  /** Whether it has no commit yet. */
  isEmpty?: boolean;
}

/** What a commit does: contents by their path, undefined where a file goes away. */
export type Files = Readonly<Record<string, string | Uint8Array | undefined>>;

/** The values of an environment that has run nothing yet. */
export function emptyValues(environment: string): string {
  return `environment: ${environment}\n\nimage:\n  # Written by deliveries.\n  tag: ""\n  digest: ""\n  revision: ""\n\nreplicas: 1\n`;
}

/** The values of an environment that runs an image. */
export function runningValues(environment: string, tag: string, digest: string, revision = ''): string {
  return emptyValues(environment)
    .replace('tag: ""', `tag: "${tag}"`)
    .replace('digest: ""', `digest: "${digest}"`)
    .replace('revision: ""', `revision: "${revision}"`);
}

/** The chart of the project: the least that names an image. */
export const chart: Files = {
  'helm-chart/Chart.yaml': 'apiVersion: v2\nname: orders\nversion: 0.1.0\n',
  'helm-chart/values.yaml': 'image:\n  repository: registry.example.com/orders\n  tag: ""\n  digest: ""\n',
  'helm-chart/templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  labels:
    release: {{ .Values.image.tag | quote }}
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec:
      containers:
        - name: service
          {{- with .Values.image }}
          image: {{ .repository }}:{{ .tag }}{{ with .digest }}@{{ . }}{{ end }}
          {{- end }}
`,
};

const project: Files = {
  ...flow(),
  'environments/dev/values.yaml': emptyValues('dev'),
  'environments/staging/values.yaml': emptyValues('staging'),
  'environments/production/values.yaml': emptyValues('production'),
  ...chart,
  'src/main.ts': 'console.log(1);\n',
  'README.md': '# Orders\n',
};

/** A bare repository with a small project on `main`: it stands for the server. */
export class Origin {
  readonly directory: string;
  /** The time of the commits to come. */
  time = new Date('2026-09-21T14:13:20Z');
  /** Who makes the commits to come. */
  person = 'Ada Developer <ada@example.com>';

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Commits on a branch, at first from `main`, and gives the commit's SHA. */
  async commit(subject: string, files: Files = {}, branch = 'main', mode = '100644'): Promise<string> {
    const [sha = ''] = await this.commitAll([subject], files, branch, mode);
    return sha;
  }

  /** The same for one commit a subject, each with all of the files; SHAs in that order. */
  async commitAll(subjects: readonly string[], files: Files = {}, branch = 'main', mode = '100644'): Promise<string[]> {
    const exists = (await this.git('for-each-ref', `refs/heads/${branch}`)) !== '';
    const hasMain = (await this.git('for-each-ref', 'refs/heads/main')) !== '';
    const start = exists ? branch : hasMain ? 'main' : undefined;
    const commits = subjects.flatMap((subject, index) => [
      `commit refs/heads/${branch}\nmark :${index + 1}\n${this.#signature()}`,
      data(subject),
      ...(index === 0 && start !== undefined ? [`from refs/heads/${start}^0\n`] : []),
      ...Object.entries(files).flatMap(([path, content]) =>
        content === undefined ? [`D ${path}\n`] : [`M ${mode} inline ${path}\n`, data(content)],
      ),
    ]);
    const marks = subjects.map((_, index) => `get-mark :${index + 1}\n`);
    const input = Buffer.concat([...commits, ...marks, 'done\n'].map((part) => Buffer.from(part)));
    const shas = await git(this.directory, ['fast-import', '--quiet', '--done', '--force'], input);
    return shas.split('\n');
  }

  /** Merges one branch into another by a merge commit, as a server does; it throws where they conflict. */
  async merge(merged: string, branch: string): Promise<void> {
    const tree = await this.git('merge-tree', '--write-tree', branch, merged);
    const [tip, proposed] = [await this.tip(branch), await this.tip(merged)];
    const head = `tree ${tree}\nparent ${tip}\nparent ${proposed}\n${this.#signature()}`;
    const commit = Buffer.from(`${head}\nMerge branch '${merged}' into '${branch}'\n`);
    const sha = await git(this.directory, ['hash-object', '-t', 'commit', '-w', '--stdin'], commit);
    await this.git('update-ref', `refs/heads/${branch}`, sha, tip);
  }

  /** The content of a file at the tip of `main`, or at another commit. */
  async read(path: string, commit = 'main'): Promise<string> {
    return (await gitBytes(this.directory, ['cat-file', 'blob', `${commit}:${path}`])).toString();
  }

  /** A release as documents name it, with the whole SHA of the commit that its tag abbreviates. */
  async release(tag: string, digest: string): Promise<{ tag: string; digest: string; revision: string }> {
    return { tag, digest, revision: await this.git('rev-parse', '--verify', `${tag}^{commit}`) };
  }

  /** The values of an environment that runs a release, as a delivery writes them. */
  async runningValues(environment: string, tag: string, digest: string): Promise<string> {
    return runningValues(environment, tag, digest, (await this.release(tag, digest)).revision);
  }

  /** The commits of `main`, newest first, each in the given format of `git log`. */
  async log(format = '%s', ...args: string[]): Promise<string[]> {
    return (await this.git('log', `--format=${format}`, ...args, 'main')).split('\n');
  }

  /** The SHA of the tip of a branch. */
  tip(branch = 'main'): Promise<string> {
    return this.git('rev-parse', `refs/heads/${branch}`);
  }

  /** Every ref with its SHA: the whole state of the server. */
  refs(): Promise<string> {
    return this.git('for-each-ref', '--format=%(refname) %(objectname)');
  }

  #signature(): string {
    const person = `${this.person} ${Math.floor(this.time.getTime() / 1000)} +0000`;
    return `author ${person}\ncommitter ${person}\n`;
  }

  git(...args: string[]): Promise<string> {
    return git(this.directory, args);
  }

  /** Writes an object as it is given, also one that git itself would not make, and gives its SHA. */
  write(type: 'commit', content: string): Promise<string> {
    const args = ['hash-object', '-t', type, '-w', '--stdin', '--literally'];
    return git(this.directory, args, Buffer.from(content));
  }

  /** Puts a shell script in the place of one of the server's hooks. */
  async installHook(name: 'pre-receive' | 'update' | 'post-receive', script: string): Promise<void> {
    const hooks = join(this.directory, 'hooks');
    await mkdir(hooks, { recursive: true });
    await writeFile(join(hooks, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
}

/** Makes the repository in a folder that is not there yet. */
export async function createOrigin(
  directory: string,
  { pushOptions = true, filter = true, isEmpty = false }: OriginOptions = {},
): Promise<Origin> {
  await git('/', ['init', '--quiet', '--bare', '--template=', '--initial-branch=main', directory]);
  const settings = { 'receive.advertisePushOptions': pushOptions, 'uploadpack.allowFilter': filter };
  for (const [key, value] of Object.entries(settings)) await git(directory, ['config', key, String(value)]);
  const origin = new Origin(directory);
  if (!isEmpty) await origin.commit('Start the project', project);
  return origin;
}

/** A content as git's fast-import reads it. */
export function data(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')]);
}
