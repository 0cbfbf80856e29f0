import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { applicationSetPath, parseApplicationSet } from '../argocd/applicationset.ts';
import { projectsPath } from '../argocd/projects.ts';
import { readYaml } from '../branch/checkout-environments.ts';
import { lintCheckout } from '../lint/checkout.ts';
import { pipelinePath } from '../lint/pipeline.ts';
import { environmentName, environmentsFolder, flowPath, parseFlow, requireEnvironment } from '../release/flow.ts';
import { holdPath, parseHold } from '../release/hold.ts';
import { chartPath, valuesPath } from '../release/values.ts';
import type { YamlFile } from '../release/yaml-file.ts';
import { write, type Contents } from '../shell/contents.ts';
import { Failure } from '../shell/failure.ts';
import { makeTemporary } from '../shell/machine.ts';
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
  const folder = join(environmentsFolder, name);
  const refused = (message: string) => new Failure('usage', message, 'Choose another name.');
  if (problem !== undefined) throw refused(`The name ${JSON.stringify(name)} ${problem}.`);
  if (existsSync(join(root, folder))) throw refused(`${folder} is there already.`);
  return plan(root, flow, { ...wanted, isAdded: true }, new Map([[valuesPath(name), writeValues(name, cluster)]]));
}

/** Plans one environment less, whose files are given. */
export async function planRemoval(root: string, name: string, files: readonly string[]): Promise<Plan> {
  const flow = await readYaml(root, flowPath);
  const { from } = requireEnvironment(parseFlow(flow), name);
  if (from === undefined) {
    const hint = `Let it deploy to another one first, in ${flowPath} and in the job deploy of ${pipelinePath}.`;
    throw new Failure('usage', `${name} is where the pipeline deploys.`, hint);
  }
  const hold = holdPath(name);
  if (existsSync(join(root, hold))) {
    const { reason, by } = parseHold(await readYaml(root, hold));
    const hint = `To end that: npm run resume -- ${name}; then git pull.`;
    throw new Failure('held', `${name} is held by ${by}: ${reason}`, hint);
  }
  return plan(root, flow, { isAdded: false, name, from }, new Map(files.map((file) => [file, undefined])));
}

async function plan(root: string, flow: YamlFile, change: Omit<Change, 'next'>, own: Contents) {
  const source = change.isAdded ? change.from : change.name;
  const next = parseFlow(flow).environments.filter(({ from }) => from === source);
  const whole = { ...change, next: next.map(({ name }) => name) };
  const flowAfter = changeFlow(flow, whole);
  const { environments } = parseFlow({ path: flowPath, bytes: Buffer.from(flowAfter) });
  const listed = environments.map(({ name }) => name);
  const applicationSet = await readYaml(root, applicationSetPath);
  const namesOf = (name: string) => parseApplicationSet(applicationSet, name);
  const contents = new Map([
    ...own,
    [flowPath, flowAfter],
    [projectsPath, changeProjects(await readYaml(root, projectsPath), whole, namesOf)],
    [pipelinePath, changePipeline(await readYaml(root, pipelinePath), whole, listed)],
  ]);
  return { change: whole, contents, names: namesOf(change.name) };
}

function writeValues(name: string, cluster: string | undefined): string {
  const place = cluster === undefined ? '' : toYaml({ cluster });
  const release = ['tag', 'digest', 'revision'].map((field) => `  ${field}: ""\n`).join('');
  const comment = '  # The release that runs here: written by deliveries, empty until the first one.\n';
  return `${toYaml({ environment: name })}${place}\nimage:\n${comment}${release}`;
}

/** Lints a checkout as it would be by a plan; nothing in it changes. */
export async function requireFine(root: string, { contents }: Plan, signal: AbortSignal): Promise<void> {
  await using copy = await makeTemporary('environments-');
  for (const path of [environmentsFolder, chartPath, pipelinePath])
    await cp(join(root, path), join(copy.path, path), { recursive: true });
  await write(copy.path, contents);
  try {
    await lintCheckout(copy.path, root, signal);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const words = error.message.replaceAll(`${copy.path}/`, '');
    throw new Failure(error.code, `Nothing is changed, since npm run check would refuse it: ${words}`, error.hint);
  }
}
