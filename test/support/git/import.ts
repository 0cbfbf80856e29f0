import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { gitEnvironment } from './git.ts';
import { data, type Files } from './origin.ts';

/** Who makes commits, and the login that GitLab knows them by. */
export interface Person {
  name: string;
  login: string;
}

export interface ImportedCommit {
  author: Person;
  /** Unless given, the author. */
  committer?: Person;
  time: Date;
  message: string;
  files: Files;
  /** The branch that it is put on. */
  branch?: string;
  /** The branch that it starts from, where its own is new. */
  from?: string;
  /** A branch that it merges, and that is removed with it. */
  merged?: string;
}

/** Writes a history by one process of git, which takes thousands of commits a second; others see it when it is finished. */
export class Import {
  readonly #child;
  readonly #ended: Promise<unknown[]>;
  readonly #waiting: PromiseWithResolvers<string>[] = [];
  #marks = 0;
  #errors = '';

  constructor(directory: string) {
    const args = ['-C', directory, 'fast-import', '--quiet', '--done'];
    this.#child = spawn('git', args, { env: gitEnvironment, stdio: 'pipe' });
    this.#ended = once(this.#child, 'close');
    createInterface({ input: this.#child.stdout }).on('line', (sha) => this.#waiting.shift()?.resolve(sha));
    this.#child.stderr.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()));
    this.#child.stdin.on('error', () => undefined);
    this.#child.on('close', () => {
      for (const { reject } of this.#waiting) reject(this.#failure());
    });
  }

  /** Adds a commit, and gives its SHA. */
  commit({ branch = 'main', from, merged, ...commit }: ImportedCommit): Promise<string> {
    const mark = (this.#marks += 1);
    this.#write([
      `commit refs/heads/${branch}\nmark :${mark}\n`,
      ...signatures(commit),
      data(commit.message),
      ...(from === undefined ? [] : [`from refs/heads/${from}\n`]),
      ...(merged === undefined ? [] : [`merge refs/heads/${merged}\n`]),
      ...Object.entries(commit.files).flatMap(([path, content]) =>
        content === undefined ? [`D ${path}\n`] : [`M 100644 inline ${path}\n`, data(content)],
      ),
      ...(merged === undefined ? [] : [`reset refs/heads/${merged}\nfrom ${'0'.repeat(40)}\n`]),
      `get-mark :${mark}\n`,
    ]);
    const sha = Promise.withResolvers<string>();
    this.#waiting.push(sha);
    return sha.promise;
  }

  /** Ends the history with notes on its commits. */
  async finish(ref: string, notes: Iterable<readonly [commit: string, text: string]>, author: Person, time: Date) {
    const lines = [...notes].flatMap(([commit, text]) => [`N inline ${commit}\n`, data(text)]);
    // Git knows a commit by its SHA when it is in a pack.
    this.#write([
      'checkpoint\n',
      `commit ${ref}\n`,
      ...signatures({ author, time }),
      data('Notes'),
      ...lines,
      'done\n',
    ]);
    this.#child.stdin.end();
    const [status] = await this.#ended;
    if (status !== 0) throw this.#failure();
  }

  #write(parts: readonly (string | Buffer)[]): void {
    this.#child.stdin.write(Buffer.concat(parts.map((part) => Buffer.from(part))));
  }

  #failure(): Error {
    return new Error(`git fast-import ended early: ${this.#errors}`);
  }
}

function signatures({ author, committer = author, time }: Pick<ImportedCommit, 'author' | 'committer' | 'time'>) {
  return Object.entries({ author, committer }).map(
    ([role, { name, login }]) => `${role} ${name} <${login}@example.com> ${Math.floor(time.getTime() / 1000)} +0000\n`,
  );
}
