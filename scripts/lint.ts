import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lintChart, renderChart } from './helm/helm.ts';
import { helmVersions } from './helm/program.ts';
import { renderRelease } from './branch/render.ts';
import { findRelease } from './branch/releases.ts';
import type { Release } from './branch/releases.ts';
import { applicationSetPath, parseApplicationSet, parseBranches } from './argocd/applicationset.ts';
import { projectsPath, requireProject } from './argocd/projects.ts';
import { listValuesFiles, readEnvironmentNames } from './branch/checkout-environments.ts';
import { refuseNested } from './branch/environments.ts';
import { exitCode, Failure } from './shell/failure.ts';
import { openGit } from './git/git.ts';
import { Tip } from './git/tip.ts';
import { runMain } from './shell/run-main.ts';
import { usualBranch } from './branch/place.ts';
import { flowPath, parseFlowOf } from './release/flow.ts';
import type { Flow } from './release/flow.ts';
import { holdPath, parseHold } from './release/hold.ts';
import { readScalar } from './release/scalars.ts';
import type { Image } from './release/image.ts';
import { readImage, replaceImage, valuesPath } from './release/values.ts';
import { parseYamlFile } from './release/yaml-file.ts';
import type { YamlFile } from './release/yaml-file.ts';

const root = join(import.meta.dirname, '..');

/** An environment that has run nothing yet is linted as if it ran this release. */
const standIn = { 'image.tag': '0000000' };

await runMain(async (signal) => {
  refuseNested(await listValuesFiles(root));
  const names = await readEnvironmentNames(root);
  const flow = parseFlowOf(await readYaml(flowPath), names.map(valuesPath));
  await lintBranch();
  for (const name of names) await lintHold(name);
  for (const name of names) await lintEnvironment(name, signal);
  for (const name of names) await lintProject(name);
  console.log(`The chart renders for ${names.join(', ')} with Helm ${helmVersions.join(' and ')}.`);
  await renderReleases(flow, signal);
  return exitCode.done;
});

/** Argo CD reads the branch that the deliveries go to, or nothing that is delivered arrives. */
async function lintBranch(): Promise<void> {
  const branch = usualBranch(process.env);
  const other = parseBranches(await readYaml(applicationSetPath)).find((revision) => revision !== branch);
  if (other === undefined) return;
  throw new Failure(
    'invalid-file',
    `${applicationSetPath}: Argo CD reads the branch ${other}, but the commands deliver to ${branch}.`,
    `Write revision: ${branch}; or, where the branch is ${other}, name that in usualBranch of scripts/branch/place.ts.`,
  );
}

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

async function lintProject(name: string): Promise<void> {
  const names = parseApplicationSet(await readYaml(applicationSetPath), name);
  const cluster = parseYamlFile(await readYaml(valuesPath(name))).document.get('cluster');
  requireProject(await readYaml(projectsPath), names, cluster);
}

/**
 * Renders each environment with the chart of the release that it runs, which a changed value reaches at once, and of
 * the one that the environment before it runs, which comes next.
 */
async function renderReleases({ environments }: Flow, signal: AbortSignal): Promise<void> {
  const running = new Map<string, Image>();
  for (const { name } of environments) {
    const image = readImage(await readYaml(valuesPath(name)));
    if (image) running.set(name, image);
  }
  if (running.size === 0) return;
  const git = openGit(root, { env: process.env, signal });
  const tip = new Tip({ git, fetchObjects: () => Promise.resolve() }, await git.read(['rev-parse', 'HEAD']));
  const rendered = new Set<string>();
  for (const { name, from } of environments) {
    const images = [running.get(name), running.get(from ?? '')];
    for (const image of images.filter((image) => image !== undefined)) {
      const release = await requireHere(tip, image);
      await renderHere(tip, name, release, signal);
      rendered.add(release.tag);
    }
  }
  for (const tag of rendered) console.log(`So does the chart of ${tag}, where it runs or comes next.`);
}

/** @throws {Failure} `invalid-chart` where the history of the checkout does not have the release. */
async function requireHere(tip: Tip, image: Image): Promise<Release> {
  const release = await findRelease(tip, image);
  if (release) return release;
  throw new Failure(
    'invalid-chart',
    `There is no chart of the release ${image.tag} here.`,
    'If the history is cut short, fetch it: git fetch --unshallow',
  );
}

async function renderHere(tip: Tip, name: string, chart: Release, signal: AbortSignal): Promise<void> {
  const file = await readYaml(valuesPath(name));
  const values = { ...file, bytes: replaceImage(file, chart) };
  const names = { chart: 'helm-chart', release: 'lint', namespace: name };
  try {
    for (const helm of helmVersions) await renderRelease(tip, { chart, values, names }, { helm, signal });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(
      error.code,
      `${valuesPath(name)} does not fit the chart of ${chart.tag}, which ${name} runs or gets next.\n${error.message}`,
      'A value takes effect at once, a chart with its release: first deliver one that knows the value.',
      { cause: error },
    );
  }
}

async function readYaml(path: string): Promise<YamlFile> {
  return { path, bytes: await readFile(join(root, path)) };
}
