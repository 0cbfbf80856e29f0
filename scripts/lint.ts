import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readEnvironmentNames } from './environments.ts';
import { lintChart, renderChart } from './cluster/helm.ts';
import { helmVersions } from './cluster/helm-program.ts';
import { exitCode, Failure } from './failure.ts';
import { runMain } from './main.ts';
import { readScalar } from './release/scalars.ts';
import { readImage, valuesPath } from './release/values.ts';

const root = join(import.meta.dirname, '..');

/** An environment that has run nothing yet is linted as if it ran this release. */
const standIn = { 'image.tag': '0000000' };

await runMain(async (signal) => {
  const names = await readEnvironmentNames(root);
  for (const name of names) await lintEnvironment(name, signal);
  console.log(`The chart renders for ${names.join(', ')} with Helm ${helmVersions.join(' and ')}.`);
  return exitCode.done;
});

async function lintEnvironment(name: string, signal: AbortSignal): Promise<void> {
  const file = { path: valuesPath(name), bytes: await readFile(join(root, valuesPath(name))) };
  const environment = readScalar(file, ['environment']);
  if (environment !== name) {
    throw new Failure(
      'invalid-values',
      `${file.path}: environment is ${JSON.stringify(environment)}, but the folder is ${name}.`,
      `Write environment: ${name}`,
    );
  }
  const input = {
    chart: join(root, 'helm-chart'),
    values: [join(root, file.path)],
    set: readImage(file) ? {} : standIn,
    signal,
  };
  for (const helm of helmVersions) {
    await lintChart({ ...input, helm });
    await renderChart({ ...input, helm, name: 'lint', namespace: name });
  }
}
