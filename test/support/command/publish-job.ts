import { spawn } from 'node:child_process';
import { mkdir, mkdtempDisposable, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { runProgram } from '../../../scripts/process/program.ts';
import { type Behaviour, installBuildah, readBuildahCalls } from '../image/buildah.ts';

const source = resolve('scripts/gitops.ts');

/** What the stand-in for buildah pushes. */
export const digest = `sha256:${'c'.repeat(64)}`;
/** The registry of a pipeline that publishes to ECR. */
export const host = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';

/** What a pipeline gives to a job that publishes to ECR. */
export const ecrVariables = {
  ECR_REPOSITORY_URL: host,
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'key-of-the-job',
  AWS_SECRET_ACCESS_KEY: 'secret-key-of-the-job',
  CI_PROJECT_NAME: 'orders',
  CI_COMMIT_SHORT_SHA: '3f9c1b2a',
};

/** A checkout on a machine with nothing but Node and the stand-in for buildah. */
export async function prepareJob(behaviour: Partial<Behaviour> = {}, entry = source) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'publish-test-'));
  const checkout = join(folder.path, 'checkout');
  const bin = join(folder.path, 'bin');
  await Promise.all([mkdir(checkout), mkdir(join(folder.path, 'tmp'))]);
  await installBuildah(bin, { digest, ...behaviour });
  const base = {
    PATH: bin,
    HOME: folder.path,
    TMPDIR: join(folder.path, 'tmp'),
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const command = (env: NodeJS.ProcessEnv) => ({ cwd: checkout, env: { ...base, ...env } });
  return {
    base,
    async run(env: NodeJS.ProcessEnv, args = ['image', 'publish']) {
      const options = { ...command(env), timeLimit: 20_000 };
      const { status, stdout, stderr } = await runProgram(process.execPath, [entry, ...args], options);
      return { status, stdout: stdout.toString(), stderr };
    },
    start: (env: NodeJS.ProcessEnv) => spawn(process.execPath, [entry, 'image', 'publish'], command(env)),
    calls: () => readBuildahCalls(bin),
    /** What is left of the run, but for the stand-in and its notes. */
    async leftovers() {
      const paths = await readdir(folder.path, { recursive: true });
      return paths.filter((path) => !path.startsWith('bin')).sort();
    },
    /** What the job after this one is told. */
    readHandover: () => readFile(join(checkout, 'build.env'), 'utf8'),
    async writeFile(path: string, content: string) {
      await mkdir(dirname(join(checkout, path)), { recursive: true });
      await writeFile(join(checkout, path), content);
    },
    [Symbol.asyncDispose]: () => folder.remove(),
  };
}
