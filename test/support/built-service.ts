import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../../scripts/program.ts';

/** Builds the service of this checkout in another folder, as `npm run build` does it, and gives the program's path. */
export async function buildService(folder: string, release: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const part of ['src', 'package.json', 'tsconfig.json', 'nest-cli.json', 'rspack.config.js']) {
    await cp(part, join(folder, part), { recursive: true });
  }
  await symlink(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  const { status, stdout, stderr } = await runProgram('npm', ['run', 'build'], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, RELEASE: release },
    timeLimit: 60_000,
  });
  if (status !== 0) throw new Error(`npm run build failed:\n${stdout.toString()}${stderr}`);
  return join(folder, 'dist', 'main.js');
}
