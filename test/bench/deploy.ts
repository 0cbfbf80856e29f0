import { spawn } from 'node:child_process';
import { mkdir, mkdtempDisposable, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseDocument } from 'yaml';
import { openGit } from '../../scripts/git/git.ts';
import type { Git } from '../../scripts/git/git.ts';
import { runProgram } from '../../scripts/process/program.ts';
import { valuesPath } from '../../scripts/release/values.ts';
import { findPort } from '../support/process/service.ts';
import { digest, writeRepository } from './repository.ts';
import { formatTable } from '../../scripts/shell/table.ts';
import { median } from './median.ts';

const size = { files: 100_000, commits: 3_000 };
const runs = 5;
// Milliseconds: writing so many files takes a slow disk a minute and more.
const cloneLimit = 300_000;

interface Cost {
  seconds: number;
  bytes: number;
}

/** Measures `deploy` against "clone, edit, commit, push", in turns, on a large repository behind a git daemon. */
export async function benchDeploy(signal: AbortSignal): Promise<string> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'bench-'));
  const env = environment(folder.path);
  const git = openGit(folder.path, { env, signal });
  const releases = await writeRepository(git, 'origin.git', size);
  using daemon = await startDaemon(folder.path, env);
  await git.read(['clone', '--quiet', '--depth=1', '--no-checkout', daemon.url, 'checkout']);

  const costs: Record<'deploy' | 'clone', Cost[]> = { deploy: [], clone: [] };
  for (const tag of releases.slice(-runs)) {
    costs.deploy.push(await costOfDeploy(folder.path, tag, env));
    costs.clone.push(await costOfClone(git, folder.path, daemon.url, tag));
  }
  return report(costs);
}

async function costOfDeploy(folder: string, tag: string, env: NodeJS.ProcessEnv): Promise<Cost> {
  const scratch = join(folder, 'scratch');
  await mkdir(scratch);
  const watcher = new AbortController();
  const largest = watchSize(scratch, watcher.signal);
  const start = performance.now();
  const args = [
    'scripts/gitops.ts',
    'deploy',
    'dev',
    '--repo',
    join(folder, 'checkout'),
    '--tag',
    tag,
    '--digest',
    digest,
  ];
  const { status, stderr } = await runProgram(process.execPath, args, {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...env, TMPDIR: scratch },
    timeLimit: 120_000,
  });
  const seconds = (performance.now() - start) / 1000;
  watcher.abort();
  if (status !== 0) throw new Error(`deploy ended with ${String(status)}: ${stderr}`);
  await rm(scratch, { recursive: true });
  return { seconds, bytes: await largest };
}

async function costOfClone(git: Git, folder: string, url: string, tag: string): Promise<Cost> {
  const clone = join(folder, 'clone');
  const start = performance.now();
  await git.read(['clone', '--quiet', url, clone], { timeLimit: cloneLimit });
  // Another environment than the deploy's, so that neither takes the other's work.
  const file = join(clone, valuesPath('staging'));
  const values = parseDocument(await readFile(file, 'utf8'));
  values.setIn(['image', 'tag'], tag);
  await writeFile(file, values.toString());
  await git.read(['-C', clone, 'commit', '--quiet', '--all', `--message=Run ${tag}`]);
  await git.read(['-C', clone, 'push', '--quiet']);
  const seconds = (performance.now() - start) / 1000;
  const bytes = await sizeOf(clone);
  await rm(clone, { recursive: true });
  return { seconds, bytes };
}

function report({ deploy, clone }: Record<'deploy' | 'clone', Cost[]>): string {
  const row = (name: string, costs: Cost[]) => {
    const [seconds, bytes] = [median(costs.map((cost) => cost.seconds)), median(costs.map((cost) => cost.bytes))];
    return { name, seconds, bytes };
  };
  const [ours, theirs] = [row('deploy', deploy), row('clone, edit, commit, push', clone)];
  const ratio = { name: 'ratio', seconds: ours.seconds / theirs.seconds, bytes: ours.bytes / theirs.bytes };
  return formatTable([
    ['', 'seconds', 'MB on disk'],
    ...[ours, theirs].map(({ name, seconds, bytes }) => [name, seconds.toFixed(2), (bytes / 1e6).toFixed(1)]),
    [ratio.name, ratio.seconds.toFixed(3), ratio.bytes.toFixed(4)],
  ]);
}

/** The largest that a folder gets while it is watched. */
async function watchSize(folder: string, signal: AbortSignal): Promise<number> {
  let largest = 0;
  while (!signal.aborted) {
    largest = Math.max(largest, await sizeOf(folder));
    await sleep(20);
  }
  return largest;
}

/** Bytes that a folder takes on the disk, in whole blocks. */
async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true })) {
    // A file may be gone by now, such as a lock.
    bytes += await stat(join(folder, entry)).then(
      ({ blocks }) => blocks * 512,
      () => 0,
    );
  }
  return bytes;
}

async function startDaemon(folder: string, env: NodeJS.ProcessEnv): Promise<Disposable & { url: string }> {
  const port = await findPort();
  const args = [
    'daemon',
    '--reuseaddr',
    '--export-all',
    '--enable=receive-pack',
    '--listen=127.0.0.1',
    `--port=${port}`,
  ];
  const daemon = spawn('git', [...args, '--verbose', `--base-path=${folder}`, folder], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    daemon.stderr.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('Ready to rumble')) resolve();
    });
    daemon.on('exit', () => {
      reject(new Error('git daemon did not start.'));
    });
  });
  return { url: `git://127.0.0.1:${port}/origin.git`, [Symbol.dispose]: () => void daemon.kill() };
}

function environment(home: string): NodeJS.ProcessEnv {
  const person = { name: 'Bench', email: 'bench@example.com' };
  return {
    PATH: process.env.PATH,
    HOME: home,
    ...Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((role) => [
        [`GIT_${role}_NAME`, person.name],
        [`GIT_${role}_EMAIL`, person.email],
      ]),
    ),
  };
}
