import { posix } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Manifest } from '../kubernetes/manifests.ts';

type Parameters = Record<string, unknown>;

export interface Application extends Manifest {
  spec: {
    source: { targetRevision: string; helm: { releaseName: string; values: string } };
    destination: { name: string; namespace: string };
    [field: string]: unknown;
  };
}

interface Expression {
  key: string;
  operator: string;
  values?: string[];
}

export interface ApplicationSet extends Manifest {
  spec: {
    generators: [
      {
        git: { repoURL: string; files: { path: string; exclude?: boolean }[]; pathParamPrefix: string };
        selector: { matchExpressions: Expression[] };
      },
    ];
    template: Pick<Application, 'metadata' | 'spec'>;
  };
}

/**
 * Generates the Applications of an ApplicationSet from the files of a repository, by the controller's rules as far
 * as the ApplicationSet uses them: one Git files generator, a selector by `Exists` and `NotIn`, `{{ .path }}`,
 * `{{ toYaml (omit . "key") }}` and `{{ dig "key" "" . | default "value" }}`. Anything else throws, so that this never
 * answers for what it does not know.
 */
export function expandApplicationSet(set: ApplicationSet, files: Record<string, string>): Application[] {
  const [{ git, selector }] = set.spec.generators;
  return Object.entries(files)
    .filter(([path]) => isGenerated(path, git.files))
    .map(([path, text]) => parametersOf(path, text, git.pathParamPrefix))
    .filter((parameters) => selector.matchExpressions.every((expression) => matches(parameters, expression)))
    .map((parameters) => ({
      apiVersion: set.apiVersion,
      kind: 'Application',
      ...(renderDeep(set.spec.template, parameters) as ApplicationSet['spec']['template']),
    }));
}

/** Whether some pattern takes a path, and none excludes it: the order is nothing to the controller. */
function isGenerated(path: string, patterns: readonly { path: string; exclude?: boolean }[]): boolean {
  const matching = patterns.filter((pattern) => matchesPathspec(path, pattern.path));
  return matching.length > 0 && !matching.some(({ exclude }) => exclude === true);
}

/** Whether `git ls-files` lists a path for a pattern of names and stars, which is what the controller asks. */
export function matchesPathspec(path: string, pattern: string): boolean {
  if (/[?[\\]/.test(pattern)) throw new Error(`The pattern ${pattern} is not known here.`);
  return new RegExp(`^${pattern.split('*').map(RegExp.escape).join('.*')}$`).test(path);
}

/** The controller parses YAML 1.1, as all of Kubernetes does. */
function parametersOf(path: string, text: string, prefix: string): Parameters {
  const directory = posix.dirname(path);
  return {
    ...(parse(text, { version: '1.1' }) as Parameters),
    [prefix]: {
      path: { path: directory, basename: posix.basename(directory), filename: posix.basename(path) },
    },
  };
}

function matches(parameters: Parameters, { key, operator, values = [] }: Expression): boolean {
  const value = key.split('.').reduce(lookUp, parameters);
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'NotIn') return typeof value !== 'string' || !values.includes(value);
  throw new Error(`The operator ${operator} is not known here.`);
}

function renderDeep(template: unknown, parameters: Parameters): unknown {
  if (typeof template === 'string') {
    return template.replace(/\{\{(.*?)\}\}/g, (_, expression: string) => evaluate(expression.trim(), parameters));
  }
  if (Array.isArray(template)) return template.map((item) => renderDeep(item, parameters));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, renderDeep(value, parameters)]));
}

function evaluate(expression: string, parameters: Parameters): string {
  const omitted = /^toYaml \(omit \. "(\w+)"\)$/.exec(expression)?.[1];
  if (omitted !== undefined) {
    const kept = Object.entries(parameters).filter(([key]) => key !== omitted);
    return stringify(Object.fromEntries(kept), { version: '1.1' }).trimEnd();
  }
  const dug = /^dig "(?<key>\w+)" "" \. \| default "(?<otherwise>[^"]*)"$/.exec(expression)?.groups;
  if (dug) {
    const found = parameters[dug.key ?? ''];
    return typeof found === 'string' && found !== '' ? found : (dug.otherwise ?? '');
  }
  if (!/^(\.\w+)+$/.test(expression)) throw new Error(`The expression ${expression} is not known here.`);
  const value = expression.split('.').slice(1).reduce(lookUp, parameters);
  // As `missingkey=error` has it; what is no string would be printed as Go prints it.
  if (typeof value !== 'string') throw new Error(`There is no string at ${expression}.`);
  return value;
}

function lookUp(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Parameters)[key] : undefined;
}
