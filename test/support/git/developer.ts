import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runProgram } from '../../../scripts/process/program.ts';
import { gitEnvironment } from './git.ts';
import type { Files } from './origin.ts';

/** Somebody who works in a clone with plain git, at times of the test's choice. */
export class Developer {
  readonly directory: string;
  /** The time of what is committed. */
  time: Date;

  constructor(directory: string, time: Date) {
    this.directory = directory;
    this.time = time;
  }

  /** Runs git in the clone; it throws when git fails. */
  async git(...args: string[]): Promise<string> {
    const date = `${Math.floor(this.time.getTime() / 1000)} +0000`;
    const { status, stdout, stderr } = await runProgram('git', ['-C', this.directory, ...args], {
      env: { ...gitEnvironment, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
      timeLimit: 30_000,
    });
    if (status !== 0) throw new Error(`git ${args.join(' ')} ended with ${String(status)}: ${stderr}`);
    return stdout.toString().trimEnd();
  }

  /** Commits files in the clone, and gives the commit's SHA. */
  async commit(subject: string, files: Files = {}): Promise<string> {
    for (const [path, content] of Object.entries(files)) {
      if (content === undefined) {
        await this.git('rm', '--quiet', path);
        continue;
      }
      await mkdir(dirname(join(this.directory, path)), { recursive: true });
      await writeFile(join(this.directory, path), content);
    }
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--allow-empty', '--message', subject);
    return this.git('rev-parse', 'HEAD');
  }
}
