import { parse } from 'yaml';
import { z } from 'zod';
import { runProgram } from '../../scripts/process/program.ts';
import type { Project } from './project.ts';
import { pullImage } from './pulled-image.ts';
import { networkEnvironment } from './runner.ts';

// Milliseconds: an npm ci in it, and a pull of the image before.
const timeLimit = 300_000;

/** Runs lines of shell in a checkout, as the runner does in the container of a job. */
export async function runInside(
  project: Project,
  image: string,
  checkout: string,
  { lines, variables = {} }: { lines: readonly string[]; variables?: Readonly<Record<string, string>> },
): Promise<{ status: number | null; output: string }> {
  const options = { env: { ...process.env, ...project.variables }, timeLimit };
  const container = await pullImage(image, options);
  const env = Object.entries({ ...networkEnvironment(), ...variables }).flatMap(([name, value]) => [
    '--env',
    `${name}=${String(value)}`,
  ]);
  const place = ['--volume', `${checkout}:/builds/project`, '--workingdir', '/builds/project'];
  const script = ['sh', '-e', '-c', lines.join('\n')];
  const args = ['run', ...place, ...env, container, '--', ...script];
  const { status, stdout, stderr } = await runProgram('buildah', args, options);
  return { status, output: stdout.toString() + stderr };
}

/** The lines that a job which runs gitops has before its script, and its script. */
export async function readLines({ origin }: Project, job: string): Promise<string[]> {
  const lines = z.array(z.string());
  const own: unknown = parse(await origin.read('.gitlab-ci.yml'));
  const included: unknown = parse(await origin.read('.gitlab/delivery.yml'));
  const before = z.object({ '.gitops': z.object({ before_script: lines }) }).parse(own)['.gitops'].before_script;
  const script = z.object({ [job]: z.object({ script: lines }) }).parse(included)[job]?.script ?? [];
  return [...before, ...script];
}
