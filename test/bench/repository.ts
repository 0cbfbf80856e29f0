import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Git } from '../../scripts/git/git.ts';
import { flowPath } from '../../scripts/release/flow.ts';
import { chartPath, valuesPath } from '../../scripts/release/values.ts';

/** A digest for images that nobody pulls. */
export const digest = `sha256:${'0'.repeat(64)}`;

const filesInFolder = 1000;

/**
 * Writes a bare repository with this project's environments, many other files and a long history, by one stream.
 * Gives the tags of its newest releases, oldest first.
 */
export async function writeRepository(
  git: Git,
  folder: string,
  { files, commits }: { files: number; commits: number },
): Promise<string[]> {
  await git.read(['init', '--quiet', '--bare', '--initial-branch=main', folder]);
  await git.read(['-C', folder, 'config', 'uploadpack.allowFilter', 'true']);
  await git.read(['-C', folder, 'config', 'receive.advertisePushOptions', 'true']);
  const stream = [...firstCommit(files, await projectFiles()), ...laterCommits(files, commits)].join('');
  await git.read(['-C', folder, 'fast-import', '--quiet'], { input: stream });
  const log = await git.read(['-C', folder, 'log', '--reverse', '--max-count=20', '--format=%h', '--abbrev=8', 'main']);
  return log.split('\n');
}

function* firstCommit(files: number, project: readonly { path: string; text: string }[]): Generator<string> {
  yield commit(0);
  for (const { path, text } of project) yield file(path, text);
  for (let index = 0; index < files; index += 1) yield file(pathOf(index), `file ${index}\n`);
}

function* laterCommits(files: number, commits: number): Generator<string> {
  for (let number = 1; number < commits; number += 1) {
    yield commit(number);
    yield file(pathOf((number * 37) % files), `changed by commit ${number}\n`);
  }
}

async function projectFiles(): Promise<{ path: string; text: string }[]> {
  const root = join(import.meta.dirname, '../..');
  const chart = await readdir(join(root, chartPath), { recursive: true, withFileTypes: true });
  const paths = [
    flowPath,
    ...['dev', 'staging', 'production'].map(valuesPath),
    ...chart.filter((entry) => entry.isFile()).map(({ parentPath, name }) => relative(root, join(parentPath, name))),
  ];
  return Promise.all(paths.map(async (path) => ({ path, text: await readFile(join(root, path), 'utf8') })));
}

function commit(number: number): string {
  return `commit refs/heads/main\ncommitter Bench <bench@example.com> ${1_700_000_000 + number * 60} +0000\n${data(`Change ${number}\n`)}`;
}

function file(path: string, text: string): string {
  return `M 100644 inline ${path}\n${data(text)}`;
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

function pathOf(index: number): string {
  return `files/${Math.floor(index / filesInFolder)}/${index}.txt`;
}
