import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lintChart, renderChart } from './helm/helm.ts';
import { helmVersions } from './helm/program.ts';
import { applicationSetPath, parseApplicationSet, parseSources } from './argocd/applicationset.ts';
import { readEnvironmentNames, readYaml, refuseStrayFiles } from './branch/checkout-environments.ts';
import { projectsPath, requireProject } from './argocd/projects.ts';
import { lintReleases } from './lint/releases.ts';
import { Failure } from './shell/failure.ts';
import { runMain } from './shell/run-main.ts';
import { usualBranch } from './branch/place.ts';
import { flowPath, parseFlow } from './release/flow.ts';
import { holdPath, parseHold } from './release/hold.ts';
import { readScalar } from './release/scalars.ts';
import { readImage, valuesPath } from './release/values.ts';
import { parseYamlFile } from './release/yaml-file.ts';
import { show } from './shell/screen.ts';

const root = join(import.meta.dirname, '..');

/** An environment that has run nothing yet is linted as if it ran this release. */
const standIn = { 'image.tag': '0000000' };

await runMain(async (signal) => {
  await refuseStrayFiles(root);
  const names = await readEnvironmentNames(root);
  const flow = parseFlow(await readYaml(root, flowPath), names.map(valuesPath));
  await lintBranch();
  for (const path of names.map(holdPath)) if (existsSync(join(root, path))) parseHold(await readYaml(root, path));
  for (const name of names) await lintEnvironment(name, signal);
  show(`The chart renders for ${names.join(', ')} with Helm ${helmVersions.join(' and ')}.`);
  await lintReleases(root, flow, signal);
});

/** Argo CD reads the branch that the deliveries go to, or nothing that is delivered arrives. */
async function lintBranch(): Promise<void> {
  const branch = usualBranch(process.env);
  const other = parseSources(await readYaml(root, applicationSetPath)).find(({ revision }) => revision !== branch);
  if (!other) return;
  throw new Failure(
    'invalid-file',
    `${applicationSetPath}: Argo CD reads the branch ${other.revision}, but the commands deliver to ${branch}.`,
    `Write revision: ${branch}; or, where the branch is ${other.revision}, name that in usualBranch of scripts/branch/place.ts.`,
  );
}

async function lintEnvironment(name: string, signal: AbortSignal): Promise<void> {
  const file = await readYaml(root, valuesPath(name));
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
  const names = parseApplicationSet(await readYaml(root, applicationSetPath), name);
  requireProject(await readYaml(root, projectsPath), names, parseYamlFile(file).document.get('cluster'));
}
