import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { runProgram } from '../../scripts/process/program.ts';
import { git } from '../support/git/git.ts';

/** What a run of a pipeline came to. */
export interface PipelineRun {
  status: number | null;
  output: string;
  /** What each job wrote, in the order of their names. */
  logs: ReadonlyMap<string, string>;
}

export interface RunOptions {
  /** The jobs that run, in the order of their stages; without any, the whole pipeline. */
  jobs?: readonly string[];
  /** Variables of this run alone, as GitLab or whoever starts it sets them. */
  variables?: Readonly<Record<string, string>>;
  /** A folder with programs that the image of the jobs has, and this machine has not. */
  programs?: string;
  signal?: AbortSignal;
}

// Milliseconds: a whole pipeline, with an npm ci a job.
const timeLimit = 900_000;
const state = '.gitlab-ci-local';

/** Runs the pipeline of a checkout as `.gitlab-ci.yml` is written, job by job, and waits for its end. */
export async function runPipeline(
  checkout: string,
  home: string,
  { jobs = [], ...options }: RunOptions,
): Promise<PipelineRun> {
  const { status, output } = await start(checkout, home, jobs, options);
  const logs = await readLogs(checkout);
  await discardBuilds(checkout);
  return { status, output, logs };
}

/** What GitLab would start: the jobs that the rules let into a pipeline, in their order. */
export async function listJobs(
  checkout: string,
  home: string,
  variables: Readonly<Record<string, string>> = {},
  file = '.gitlab-ci.yml',
): Promise<string[]> {
  const { status, output } = await start(checkout, home, ['--list-csv', '--file', file], { variables });
  if (status !== 0) throw new Error(output);
  const lines = output.split('\n').filter((line) => line.includes(';') && !line.startsWith('name;'));
  return lines.map((line) => line.split(';')[0] ?? '');
}

/** Reads a file that the last run of a job has left. */
export async function readResult(checkout: string, job: string, path: string): Promise<string> {
  return readFile(join(checkout, state, 'builds', job, path), 'utf8');
}

async function start(
  checkout: string,
  home: string,
  args: readonly string[],
  { variables, programs, signal }: Omit<RunOptions, 'jobs'>,
) {
  const title = await git(checkout, ['log', '-1', '--format=%s']);
  const given = Object.entries({ CI_COMMIT_TITLE: title, ...variables }).flatMap(([name, value]) => [
    '--variable',
    `${name}=${value}`,
  ]);
  // One job at a time: the suites run side by side already, and each installs all packages.
  const shell = ['--force-shell-executor', '--shell-isolation', '--concurrency', '1', '--timestamps'];
  const { status, stdout, stderr } = await runProgram(
    'gitlab-ci-local',
    [...shell, '--home', home, ...given, ...args],
    {
      cwd: checkout,
      env: { ...networkEnvironment(), ...runnerEnvironment(home, programs) },
      timeLimit,
      signal,
    },
  );
  return { status, output: stdout.toString() + stderr };
}

/** How programs reach the network on this machine, which may be behind a proxy. */
export function networkEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => /proxy$|ca_?certs|_cert_/i.test(name)));
}

/** What a runner gives to its jobs: the machine's programs, and nothing of the person who runs the proof. */
function runnerEnvironment(home: string, programs?: string): NodeJS.ProcessEnv {
  return {
    PATH: [programs, dirname(process.execPath), process.env.PATH].filter((part) => part !== undefined).join(':'),
    HOME: home,
    FORCE_COLOR: '0',
    DEBIAN_FRONTEND: 'noninteractive',
  };
}

async function readLogs(checkout: string): Promise<ReadonlyMap<string, string>> {
  const folder = join(checkout, state, 'output');
  const files = await readdir(folder).catch(() => []);
  const logs = files.map(async (file) => [basename(file, '.log'), await readFile(join(folder, file), 'utf8')] as const);
  return new Map(await Promise.all(logs));
}

/** What a container would take with it: a gigabyte of packages a job, which rm removes faster than Node. */
async function discardBuilds(checkout: string): Promise<void> {
  const folder = join(checkout, state, 'builds');
  const builds = await readdir(folder).catch(() => []);
  const packages = builds.flatMap((job) => ['node_modules', '.npm'].map((name) => join(job, name)));
  await runProgram('rm', ['-rf', ...packages], { cwd: folder, env: process.env, timeLimit });
}
