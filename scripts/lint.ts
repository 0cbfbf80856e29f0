import { existsSync } from 'node:fs';
import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lintChart, renderChart } from './helm/helm.ts';
import { helmVersions } from './helm/program.ts';
import { writeReleaseChart } from './helm/release-chart.ts';
import { readEnvironmentNames } from './branch/checkout-environments.ts';
import { exitCode, Failure } from './shell/failure.ts';
import { openGit } from './git/git.ts';
import { runMain } from './shell/run-main.ts';
import { flowPath, parseFlowOf } from './release/flow.ts';
import type { Flow } from './release/flow.ts';
import { holdPath, parseHold } from './release/hold.ts';
import { readScalar } from './release/scalars.ts';
import { readImage, valuesPath } from './release/values.ts';
import type { YamlFile } from './release/yaml-file.ts';

const root = join(import.meta.dirname, '..');

/** An environment that has run nothing yet is linted as if it ran this release. */
const standIn = { 'image.tag': '0000000' };

await runMain(async (signal) => {
  const names = await readEnvironmentNames(root);
  const flow = parseFlowOf(await readYaml(flowPath), names.map(valuesPath));
  for (const name of names) await lintHold(name);
  for (const name of names) await lintEnvironment(name, signal);
  console.log(`The chart renders for ${names.join(', ')} with Helm ${helmVersions.join(' and ')}.`);
  await renderReleases(flow, signal);
  return exitCode.done;
});

async function lintHold(name: string): Promise<void> {
  const path = holdPath(name);
  if (existsSync(join(root, path))) parseHold(await readYaml(path));
}

async function lintEnvironment(name: string, signal: AbortSignal): Promise<void> {
  const file = await readYaml(valuesPath(name));
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

/**
 * Renders each environment with the chart of the release that it runs, which a changed value reaches at once, and of
 * the one that the environment before it runs, which comes next.
 */
async function renderReleases({ environments }: Flow, signal: AbortSignal): Promise<void> {
  await using temporary = await mkdtempDisposable(join(tmpdir(), 'lint-'));
  const git = openGit(root, { env: process.env, signal });
  const charts = new Map<string, string>();
  for (const { name, from } of environments) {
    const runs = await readRelease(name);
    const comes = from === undefined ? undefined : await readRelease(from);
    for (const release of new Set([runs, comes].filter((tag) => tag !== undefined))) {
      const chart =
        charts.get(release) ?? (await writeReleaseChart(git, release, join(temporary.path, release)));
      charts.set(release, chart);
      await renderRelease(name, release, chart, signal);
    }
  }
  for (const release of charts.keys())
    console.log(`So does the chart of ${release}, where it runs or comes next.`);
}

async function renderRelease(
  name: string,
  release: string,
  chart: string,
  signal: AbortSignal,
): Promise<void> {
  const values = [join(root, valuesPath(name))];
  const set = { 'image.tag': release };
  try {
    for (const helm of helmVersions)
      await renderChart({ chart, values, set, signal, helm, name: 'lint', namespace: name });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(
      error.code,
      `${valuesPath(name)} does not fit the chart of ${release}, which ${name} runs or gets next.\n${error.message}`,
      'A value takes effect at once, a chart with its release: first deliver one that knows the value.',
      { cause: error },
    );
  }
}

async function readRelease(name: string): Promise<string | undefined> {
  return readImage(await readYaml(valuesPath(name)))?.tag;
}

async function readYaml(path: string): Promise<YamlFile> {
  return { path, bytes: await readFile(join(root, path)) };
}
