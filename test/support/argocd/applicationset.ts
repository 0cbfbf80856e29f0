import { matchesGlob, posix } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Manifest } from '../kubernetes/manifests.ts';

type Parameters = Record<string, unknown>;

export interface Application extends Manifest {
  spec: {
    source: { targetRevision: string; helm: { releaseName: string; values: string } };
    destination: { server: string; namespace: string };
    [field: string]: unknown;
  };
}

export interface ApplicationSet extends Manifest {
  spec: {
    generators: [
      {
        git: { repoURL: string; files: { path: string }[]; pathParamPrefix: string };
        selector: { matchExpressions: { key: string; operator: string; values: string[] }[] };
      },
    ];
    template: Pick<Application, 'metadata' | 'spec'>;
  };
}

/**
 * Generates the Applications of an ApplicationSet from the files of a repository, by the controller's rules as far
 * as the ApplicationSet uses them: one Git files generator, a selector by `NotIn`, `{{ .path }}` and
 * `{{ toYaml (omit . "key") }}`. Anything else throws, so that this never answers for what it does not know.
 */
export function expandApplicationSet(set: ApplicationSet, files: Record<string, string>): Application[] {
  const [{ git, selector }] = set.spec.generators;
  return Object.entries(files)
    .filter(([path]) => git.files.some((file) => matchesGlob(path, file.path)))
    .map(([path, text]) => parametersOf(path, text, git.pathParamPrefix))
    .filter((parameters) => selector.matchExpressions.every((expression) => matches(parameters, expression)))
    .map((parameters) => ({
      apiVersion: set.apiVersion,
      kind: 'Application',
      ...(renderDeep(set.spec.template, parameters) as ApplicationSet['spec']['template']),
    }));
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

function matches(
  parameters: Parameters,
  { key, operator, values }: { key: string; operator: string; values: string[] },
): boolean {
  if (operator !== 'NotIn') throw new Error(`The operator ${operator} is not known here.`);
  const value = key.split('.').reduce(lookUp, parameters);
  return typeof value !== 'string' || !values.includes(value);
}

function renderDeep(template: unknown, parameters: Parameters): unknown {
  if (typeof template === 'string') {
    return template.replace(/\{\{(.*?)\}\}/g, (_, expression: string) =>
      evaluate(expression.trim(), parameters),
    );
  }
  if (Array.isArray(template)) return template.map((item) => renderDeep(item, parameters));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) => [key, renderDeep(value, parameters)]),
  );
}

function evaluate(expression: string, parameters: Parameters): string {
  const omitted = /^toYaml \(omit \. "(\w+)"\)$/.exec(expression)?.[1];
  if (omitted !== undefined) {
    const kept = Object.entries(parameters).filter(([key]) => key !== omitted);
    return stringify(Object.fromEntries(kept), { version: '1.1' }).trimEnd();
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
