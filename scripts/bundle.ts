import { chmod, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rspack, type RspackOptions } from '@rspack/core';
import { requireHelm } from './helm/program.ts';
import { collectTemplates } from './init/init.ts';
import { createCommandLine, runCommandLine } from './shell/command-line.ts';
import { Failure } from './shell/failure.ts';
import { runMain } from './shell/run-main.ts';
import { show } from './shell/screen.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'bundle');

const options: RspackOptions = {
  context: root,
  mode: 'production',
  target: 'node26',
  devtool: false,
  entry: { gitops: './scripts/gitops.ts' },
  output: { path: folder, filename: '[name].mjs', module: true, chunkFormat: 'module', clean: true },
  module: {
    // What is imported on demand is in the same file, and runs on demand still.
    parser: { javascript: { dynamicImportMode: 'eager', importMeta: false } },
    rules: [{ test: /\.ts$/, loader: 'builtin:swc-loader', options: { jsc: { parser: { syntax: 'typescript' } } } }],
  },
  // The stack of a fault names lines and functions as they were written.
  optimization: { minimize: false },
  plugins: [
    new rspack.BannerPlugin({ banner: '#!/usr/bin/env node', raw: true }),
    // What init writes, for there is no repository around the bundle.
    new rspack.DefinePlugin({ bundledTemplates: JSON.stringify(await collectTemplates(root)) }),
  ],
};

await runMain(async () => {
  const program = createCommandLine('bundle')
    .description('Makes one file of gitops and its packages, for machines that have Node, git and helm.')
    .option('--with-helm', 'put Helm beside it', false)
    .action(async ({ withHelm }: { withHelm: boolean }) => {
      const stats = await promisify(rspack)(options);
      if (stats?.hasErrors())
        throw new Failure('build-failed', stats.toString('errors-only'), 'Correct what it names.');
      const file = join(folder, 'gitops.mjs');
      await chmod(file, 0o755);
      if (withHelm) await copyFile(await requireHelm(4), join(folder, 'helm'));
      show(`Wrote ${file}`);
    });
  await runCommandLine(program);
});
