import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../../scripts/shell/failure.ts';
import { runProgram } from '../../../scripts/process/program.ts';

export interface Program {
  name: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

const root = join(import.meta.dirname, '..', '..', '..');

/** Builds what is compared in a folder: Fastify and Nest with the usual parts for the same features, and the service as its image has it. */
export async function buildPrograms(folder: string, signal: AbortSignal): Promise<Program[]> {
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const bundle = await bundleService(folder, signal);
  const ordinary = await compile(folder, signal);
  return [
    {
      name: 'Fastify with the usual plugins',
      args: [join(ordinary, 'test/bench/service/usual-fastify.js')],
      env: {},
    },
    {
      name: 'Nest as usually put together',
      args: [join(ordinary, 'test/bench/service/usual-nest.js')],
      env: {},
    },
    {
      name: 'the service',
      args: ['--enable-source-maps', join(bundle, 'dist/main.js')],
      env: { NODE_COMPILE_CACHE: join(bundle, 'dist/cache') },
    },
  ];
}

async function bundleService(folder: string, signal: AbortSignal): Promise<string> {
  const target = join(folder, 'bundle');
  await mkdir(target);
  for (const part of ['src', 'scripts', 'package.json', 'tsconfig.json', 'nest-cli.json', 'rspack.config.js']) {
    await cp(join(root, part), join(target, part), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(target, 'node_modules'));
  await run('npm', ['run', 'build'], target, signal);
  await run('npm', ['run', 'warm'], target, signal);
  return target;
}

/** A file of JavaScript for each of TypeScript, its packages in node_modules. */
async function compile(folder: string, signal: AbortSignal): Promise<string> {
  const outDir = join(folder, 'ordinary');
  const project = join(folder, 'tsconfig.json');
  const compilerOptions = {
    noEmit: false,
    sourceMap: true,
    allowImportingTsExtensions: false,
    rewriteRelativeImportExtensions: true,
    rootDir: root,
    outDir,
  };
  const entries = ['test/bench/service/usual-fastify.ts', 'test/bench/service/usual-nest.ts'];
  const files = entries.map((file) => join(root, file));
  await writeFile(
    project,
    JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, files, include: [] }),
  );
  await run('tsc', ['--project', project], folder, signal);
  return outDir;
}

async function run(file: string, args: string[], cwd: string, signal: AbortSignal): Promise<void> {
  const { status, stdout, stderr } = await runProgram(file, args, {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    timeLimit: 120_000,
    signal,
  });
  if (status === 0) return;
  throw new Failure('build-failed', `${file} ${args.join(' ')} failed.`, `${stdout.toString()}${stderr}`);
}
