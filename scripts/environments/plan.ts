import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { applicationSetPath, parseApplicationSet } from '../argocd/applicationset.ts';
import { projectsPath } from '../argocd/projects.ts';
import { readYaml } from '../branch/checkout-environments.ts';
import { pipelinePath } from '../lint/pipeline.ts';
import { environmentName, environmentsFolder, flowPath, parseFlow, requireEnvironment } from '../release/flow.ts';
import { holdPath, parseHold } from '../release/hold.ts';
import { valuesPath } from '../release/values.ts';
import type { YamlFile } from '../release/yaml-file.ts';
import { Failure } from '../shell/failure.ts';
import { toYaml } from './entries.ts';
import { changeFlow, changePipeline, changeProjects, type Change } from './files.ts';

/** A change, what the files of a checkout become by it, and what Argo CD calls the environment. */
export type Plan = Awaited<ReturnType<typeof plan>>;

/** Plans one environment more, between another one and those that take from it. */
export async function planAddition(root: string, wanted: Pick<Change, 'name' | 'from' | 'cluster'>): Promise<Plan> {
  const { name, from, cluster } = wanted;
  const flow = await readYaml(root, flowPath);
  requireEnvironment(parseFlow(flow), from);
  const problem = environmentName.safeParse(name).error?.issues[0]?.message;
  if (problem !== undefined) throw refused(`The name ${JSON.stringify(name)} ${problem}.`, 'Choose another name.');
  const folder = join(environmentsFolder, name);
  if (existsSync(join(root, folder))) throw refused(`${folder} is there already.`, 'Choose another name.');
  return plan(root, flow, { ...wanted, isAdded: true }, [[valuesPath(name), writeValues(name, cluster)]]);
}

/** Plans one environment less, whose files are given. */
export async function planRemoval(root: string, name: string, files: readonly string[]): Promise<Plan> {
  const flow = await readYaml(root, flowPath);
  const { from } = requireEnvironment(parseFlow(flow), name);
  if (from === undefined) {
    const hint = `Let it deploy to another one first, in ${flowPath} and in the job deploy of ${pipelinePath}.`;
    throw refused(`${name} is where the pipeline deploys.`, hint);
  }
  const hold = holdPath(name);
  if (existsSync(join(root, hold))) {
    const { reason, by } = parseHold(await readYaml(root, hold));
    throw new Failure(
      'held',
      `${name} is held by ${by}: ${reason}`,
      `To end that: npm run resume -- ${name}; then git pull.`,
    );
  }
  const own = files.map((file) => [file, undefined] as const);
  return plan(root, flow, { isAdded: false, name, from }, own);
}

async function plan(
  root: string,
  flow: YamlFile,
  change: Omit<Change, 'next'>,
  own: readonly (readonly [string, string | undefined])[],
) {
  const [projects, pipeline, applicationSet] = await Promise.all([
    readYaml(root, projectsPath),
    readYaml(root, pipelinePath),
    readYaml(root, applicationSetPath),
  ]);
  const source = change.isAdded ? change.from : change.name;
  const next = parseFlow(flow).environments.filter(({ from }) => from === source);
  const whole = { ...change, next: next.map(({ name }) => name) };
  const flowAfter = changeFlow(flow, whole);
  const { environments } = parseFlow({ path: flowPath, bytes: Buffer.from(flowAfter) });
  const listed = environments.map(({ name }) => name);
  const namesOf = (name: string) => parseApplicationSet(applicationSet, name);
  const contents = new Map([
    ...own,
    [flowPath, flowAfter],
    [projectsPath, changeProjects(projects, whole, namesOf)],
    [pipelinePath, changePipeline(pipeline, whole, listed)],
  ]);
  return { change: whole, contents, names: namesOf(change.name) };
}

function writeValues(name: string, cluster: string | undefined): string {
  const place = cluster === undefined ? '' : toYaml({ cluster });
  const release = ['tag', 'digest', 'revision'].map((field) => `  ${field}: ""\n`).join('');
  const comment = '  # The release that runs here: written by deliveries, empty until the first one.\n';
  return `${toYaml({ environment: name })}${place}\nimage:\n${comment}${release}`;
}

function refused(message: string, hint: string): Failure {
  return new Failure('usage', message, hint);
}
