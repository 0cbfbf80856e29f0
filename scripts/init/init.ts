import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { readIdentity, type Identity } from '../adopt/identity.ts';
import { rename } from '../adopt/rename.ts';
import { applicationSetPath } from '../argocd/applicationset.ts';
import { projectsPath } from '../argocd/projects.ts';
import { replace } from '../environments/entries.ts';
import { pipelinePath } from '../lint/pipeline.ts';
import { flowPath } from '../release/flow.ts';
import { splice } from '../release/splice.ts';
import { chartPath, chartValuesPath, valuedEnvironment, valuesPath } from '../release/values.ts';
import { parseYamlFile } from '../release/yaml-file.ts';
import { write } from '../shell/contents.ts';
import { Failure } from '../shell/failure.ts';

/** A service in any language, and what its image is like. */
export interface Service {
  identity: Identity;
  port: number;
  /** The paths of its probes. */
  live: string;
  ready: string;
  /** Whom it runs as, by number. */
  user: number;
}

/** The files of this repository that another one begins with, by their paths, and the names that stand in them. */
export interface Templates {
  identity: Identity;
  files: Readonly<Record<string, string>>;
}

/** Writes into a repository what a service in any language needs to be delivered: all of it, and over nothing. */
export async function init(directory: string, templates: Templates, service: Service): Promise<string[]> {
  const files = planFiles(templates, service);
  const paths = [...files.keys()].sort();
  const tops = new Set(paths.map((path) => path.split('/')[0] ?? path));
  const taken = [...tops].filter((top) => existsSync(join(directory, top)));
  const hint = taken.includes(pipelinePath)
    ? `Keep its jobs: git mv ${pipelinePath} .gitlab/checks.yml, run this again, and include that file by "- local: .gitlab/checks.yml".`
    : 'Move it away, or write by hand what is missing.';
  if (taken.length > 0)
    throw new Failure('usage', `Nothing was written, for there is already: ${taken.join(', ')}.`, hint);
  await write(directory, files);
  return paths;
}

// The bundle has no repository around it, and takes them along.
declare const bundledTemplates: Templates | undefined;

/** Reads the templates of this repository, as they are now, or as they were when the bundle was made. */
export async function readTemplates(): Promise<Templates> {
  return typeof bundledTemplates === 'undefined'
    ? collectTemplates(join(import.meta.dirname, '../..'))
    : bundledTemplates;
}

/** Collects the templates of a checkout of this repository. */
export async function collectTemplates(root: string): Promise<Templates> {
  // The READMEs are about this repository.
  const chart = [`${chartPath}/.helmignore`, `${chartPath}/**/*.{json,tpl,yaml}`];
  const patterns = [pipelinePath, flowPath, valuesPath('*'), applicationSetPath, projectsPath, ...chart];
  const paths = await Array.fromAsync(glob(patterns, { cwd: root }));
  const files = paths.sort().map(async (path) => [path, await readFile(join(root, path), 'utf8')] as const);
  return { identity: await readIdentity(root), files: Object.fromEntries(await Promise.all(files)) };
}

/** Plans the files that a service's repository begins with, by their paths. */
export function planFiles({ identity: ours, files }: Templates, service: Service): ReadonlyMap<string, string> {
  return new Map(Object.entries(files).map(([path, text]) => [path, planFile(path, text, service, ours)]));
}

function planFile(path: string, text: string, service: Service, ours: Identity): string {
  if (path === pipelinePath) return writePipeline(text, ours);
  if (path === chartValuesPath) return writeHead(setScalars(path, text, listValues(service)), ours);
  if (path === `${chartPath}/values.schema.json`) return setScalars(path, text, listValues(service).map(toDefault));
  if (path.startsWith(`${chartPath}/`)) return text;
  const renamed = rename(text, ours, service.identity);
  return valuedEnvironment(path) === undefined ? renamed : setScalars(path, renamed, nothingRuns);
}

/** The pipeline of this repository, whose jobs are one for each environment, and those that all services have. */
function writePipeline(text: string, { group, name, branch, registry }: Identity): string {
  // An empty line sets each job apart.
  const blocks = text.trimEnd().split(/\n\n(?=\S)/);
  const perEnvironment = blocks.filter((block) => /^(deploy|(promote|wait):.*):$/m.test(block));
  const [form = ''] = /^ +ROLLBACK_ENVIRONMENT:\n(?: {4}.*\n)+/m.exec(text) ?? [];
  return `# check → test → build → deploy. From build on, the jobs are those of ${group}/${name}, for a service in any language.
# Its check and its test are its own, such as
#
#   test:
#     extends: .on-change
#     stage: test
#     image: docker.io/library/python:3.13
#     script:
#       - python -m unittest
include:
  - project: ${group}/${name}
    ref: ${branch}
    file: .gitlab/delivery.yml

variables:
  # For "Run pipeline": with an environment chosen, the pipeline is that rollback and nothing else.
${form}  # Its commands, as one program, with what they start.
  PIPELINE_IMAGE: ${registry}/${name}/gitops:${manifest.version}

${perEnvironment.join('\n\n')}
`;
}

/** A value for the scalar at a path of keys. */
type Value = readonly [path: readonly string[], value: string | number | boolean];

const nothingRuns: readonly Value[] = ['tag', 'digest', 'revision'].map((field) => [['image', field], '']);

/** The chart's defaults for an image that is not of Node, and serves no metrics on a port of their own. */
function listValues({ identity: { registry, name }, port, live, ready, user }: Service): readonly Value[] {
  return [
    [['image', 'repository'], `${registry}/${name}`],
    [['port'], port],
    [['probes', 'live'], live],
    [['probes', 'ready'], ready],
    [['runAs', 'user'], user],
    [['runAs', 'group'], user],
    [['nodeOptions'], ''],
    [['test'], false],
    [['metrics', 'enabled'], false],
  ];
}

/** Where the schema has it, as the default. */
function toDefault([path, value]: Value): Value {
  return [[...path.flatMap((key) => ['properties', key]), 'default'], value];
}

/** Replaces the scalars of a text in YAML or JSON, and no other byte. */
function setScalars(path: string, text: string, values: readonly Value[]): string {
  const { document } = parseYamlFile({ path, bytes: Buffer.from(text) });
  const splices = values.map(([keys, value]) => ({
    ...replace(document.getIn(keys, true), value),
    text: JSON.stringify(value),
  }));
  return splice(text, splices);
}

/** The head of the chart's values is about the table of a README that is made of them. */
function writeHead(values: string, { host, group, name, branch }: Identity): string {
  const readme = `https://${host}/${group}/${name}/-/blob/${branch}/${chartPath}/README.md`;
  const head = `# What a value means is said above it; its type is in values.schema.json. All else is in\n# ${readme}\n`;
  return values.replace(/^(#.*\n)+/, head);
}
