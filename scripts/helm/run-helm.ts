import { runProgram } from '../process/program.ts';
import type { Failure } from '../shell/failure.ts';
import { helmVersions, requireHelm, type HelmVersion } from './program.ts';

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

/**
 * The only door to Helm; gives both of its outputs.
 * @throws {Failure} as explained.
 */
export async function runHelm(
  args: readonly string[],
  { helm = helmVersions[0], cwd, env, signal, explain }: HelmCall,
): Promise<{ stdout: string; stderr: string }> {
  const result = await runProgram(await requireHelm(helm), args, {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    timeLimit,
    signal,
  });
  const [stdout, { status, stderr, timedOut }] = [result.stdout.toString(), result];
  if (status === 0) return { stdout, stderr };
  throw explain(timedOut ? `It did not end within ${timeLimit / 1000} s.` : `${stdout}${stderr}`.trim());
}
