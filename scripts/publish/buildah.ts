import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Failure } from '../shell/failure.ts';
import { isLoopback } from '../shell/loopback.ts';
import { isFilled } from '../shell/variables.ts';
import { type ProgramResult, runProgram } from '../process/program.ts';
import { type Digest, parseDigest } from '../release/image.ts';
import type { Login, PublishContext } from './ensure.ts';

/** Minutes: a first build without caches on a small runner takes some, one that hangs would take all there are. */
const timeLimits = { build: 30, push: 15 };

/** What buildah works with: it gets what it knows to use of the environment, and no credential. */
type Workbench = PublishContext & Login;

/**
 * Builds an image from the Dockerfile: its last stage, or the target named.
 * @throws {Failure} `build-failed`, `missing-program`.
 */
export async function buildImage(
  repository: string,
  { tag, buildArgs, target }: { tag: string; buildArgs: readonly string[]; target?: string },
  bench: Workbench,
): Promise<void> {
  const args = [...buildArgs, `RELEASE=${tag}`].flatMap((argument) => ['--build-arg', argument]);
  const stage = target === undefined ? [] : ['--target', target];
  const limit = ['--ulimit', await readFileLimit()];
  // The packages that the image of the job has are the build's too, if they are of its lock file; they come into no image.
  const { GITOPS_HOME: home } = bench.env;
  const packages = target === undefined && isFilled(home) ? ['--volume', `${home}:/opt/gitops:ro`] : [];
  const name = `${repository}:${tag}`;
  const result = await runBuildah('build', [...args, ...stage, ...limit, ...packages, '--tag', name, '.'], bench);
  if (result.status === 0) return;
  const hint = /no space left on device|ENOSPC/.test(`${result.stdout.toString()}${result.stderr}`)
    ? 'The disk of this machine is full: make room where buildah keeps its images, then run the job again.'
    : 'The lines above say which step of the Dockerfile failed, and why.';
  throw new Failure('build-failed', `Building ${name} failed: buildah ${endOf(result, timeLimits.build)}.`, hint);
}

/** As many open files as this process may have: a step has 1,024 by Debian 12's buildah, and npm opens more. */
async function readFileLimit(): Promise<string> {
  const limits = await readFile('/proc/self/limits', 'utf8');
  const most = /^Max open files +\S+ +(\d+)/m.exec(limits)?.[1] ?? '1024';
  return `nofile=${most}:${most}`;
}

/** Milliseconds before each further attempt of a push. */
const pauses = [1000, 3000];
/** What a further attempt would only hear again. */
const finalWords = /unauthorized|denied|authentication required|immutable|already exists in the .* repository/i;

/**
 * Pushes the image and answers the digest that the registry gave it. A push that broke off is tried again, twice:
 * buildah itself does not when a connection was cut.
 * @throws {Failure} `registry-refused`, `missing-program`.
 */
export async function pushImage(repository: string, tag: string, bench: Workbench): Promise<Digest> {
  const [host = ''] = repository.split('/');
  const digestFile = join(bench.temporary, 'digest');
  const tls = isLoopback(host) ? ['--tls-verify=false'] : [];
  const args = [...tls, '--digestfile', digestFile, `${repository}:${tag}`];
  let result = await runBuildah('push', args, bench);
  for (const pause of pauses) {
    if (result.status === 0 || result.timedOut || finalWords.test(result.stderr)) break;
    bench.progress.write('The push broke off: trying again\n');
    await setTimeout(pause, undefined, { signal: bench.signal });
    result = await runBuildah('push', args, bench);
  }
  if (result.status === 0) return parseDigest((await readFile(digestFile, 'utf8')).trim(), 'buildah push');
  const hint = 'The lines above hold what the registry said; the job can run again as it is.';
  const end = endOf(result, timeLimits.push);
  throw new Failure('registry-refused', `Pushing ${repository}:${tag} failed: buildah ${end}.`, hint);
}

function runBuildah(verb: keyof typeof timeLimits, args: string[], bench: Workbench): Promise<ProgramResult> {
  const { cwd, env, authFile, signal, progress: echo } = bench;
  return runProgram('buildah', [verb, ...args], {
    cwd,
    env: {
      // What works in a container without privileges; a machine that can do better says so.
      STORAGE_DRIVER: 'vfs',
      BUILDAH_ISOLATION: 'chroot',
      ...Object.fromEntries(Object.entries(env).filter(([name]) => known.test(name))),
      REGISTRY_AUTH_FILE: authFile,
    },
    timeLimit: timeLimits[verb] * 60_000,
    signal,
    echo,
  });
}

/** The variables that buildah and its libraries read; credentials have other names. */
const known = /^(PATH|HOME|USER|TMPDIR|(XDG|STORAGE|BUILDAH|CONTAINERS|SSL_CERT)_\w+|(https?|no|all)_proxy)$/i;

function endOf({ status, timedOut }: ProgramResult, minutes: number): string {
  if (timedOut) return `took longer than ${minutes} minutes`;
  return status === null ? 'was killed' : `ended with status ${status}`;
}
