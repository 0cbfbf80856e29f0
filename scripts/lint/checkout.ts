import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { applicationSetPath, parseApplicationSet, parseSources } from '../argocd/applicationset.ts';
import { projectsPath, requireProject } from '../argocd/projects.ts';
import { readEnvironmentNames, readYaml, refuseStrayFiles } from '../branch/checkout-environments.ts';
import { usualBranch } from '../branch/place.ts';
import { lintChart, renderChart } from '../helm/helm.ts';
import { helmVersions } from '../helm/program.ts';
import { flowPath, parseFlow } from '../release/flow.ts';
import { holdPath, parseHold } from '../release/hold.ts';
import { readScalar } from '../release/scalars.ts';
import { readImage, valuesPath } from '../release/values.ts';
import { parseYamlFile } from '../release/yaml-file.ts';
import { Failure } from '../shell/failure.ts';
import { pipelinePath, requireJobs } from './pipeline.ts';
import { lintReleases } from './releases.ts';

/** An environment that has run nothing yet is linted as if it ran this release. */
const standIn = { 'image.tag': '0000000' };

/**
 * Checks the chart, the environments, the flow and the pipeline's part of them in a folder, with the releases of a
 * checkout's history; answers what was found to be fine.
 */
export async function lintCheckout(root: string, history: string, signal: AbortSignal): Promise<string[]> {
  await refuseStrayFiles(root);
  const names = await readEnvironmentNames(root);
  const flow = parseFlow(await readYaml(root, flowPath), names.map(valuesPath));
  await lintBranch(root);
  for (const path of names.map(holdPath)) if (existsSync(join(root, path))) parseHold(await readYaml(root, path));
  for (const name of names) await lintEnvironment(root, name, signal);
  requireJobs(await readYaml(root, pipelinePath), flow);
  const releases = await lintReleases(root, history, flow, signal);
  return [
    `The chart renders for ${names.join(', ')} with Helm ${helmVersions.join(' and ')}.`,
    ...releases.map((tag) => `So does the chart of ${tag}, where it runs, comes next or is the way back.`),
  ];
}

/** Argo CD reads the branch that the deliveries go to, or nothing that is delivered arrives. */
async function lintBranch(root: string): Promise<void> {
  const branch = usualBranch(process.env);
  const other = parseSources(await readYaml(root, applicationSetPath)).find(({ revision }) => revision !== branch);
  if (!other) return;
  throw new Failure(
    'invalid-file',
    `${applicationSetPath}: Argo CD reads the branch ${other.revision}, but the commands deliver to ${branch}.`,
    `Write revision: ${branch}; or, where the branch is ${other.revision}, name that in usualBranch of scripts/branch/place.ts.`,
  );
}

async function lintEnvironment(root: string, name: string, signal: AbortSignal): Promise<void> {
  const file = await readYaml(root, valuesPath(name));
  const environment = readScalar(file, ['environment']);
  if (environment !== name) {
    const message = `${file.path}: environment is ${JSON.stringify(environment)}, but the folder is ${name}.`;
    throw new Failure('invalid-values', message, `Write environment: ${name}`);
  }
  const set = readImage(file) ? {} : standIn;
  const input = { chart: join(root, 'helm-chart'), values: [join(root, file.path)], set, signal };
  for (const helm of helmVersions) {
    await lintChart({ ...input, helm });
    await renderChart({ ...input, helm, name: 'lint', namespace: name });
  }
  const names = parseApplicationSet(await readYaml(root, applicationSetPath), name);
  requireProject(await readYaml(root, projectsPath), names, parseYamlFile(file).document.get('cluster'));
}
