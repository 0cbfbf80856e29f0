import { z } from 'zod';
import { Failure } from '../shell/failure.ts';
import { parseDuration } from './duration.ts';
import { findWindow, freezeShape, type Window } from './freeze.ts';
import { line, parseShape } from './shape.ts';
import { valuedEnvironment, valuesPath } from './values.ts';
import type { YamlFile } from './yaml-file.ts';

/** Where deliveries and edits are. A commit that changes nothing else is no part of a release, whatever its title says. */
export const environmentsFolder = 'environments';

export const flowPath = `${environmentsFolder}/flow.yaml`;

/** The rules that can be overridden: those on time and on verdicts, but neither the order nor a hold. */
export const overridable = ['soak', 'freeze', 'healthy'] as const;
export type Overridable = (typeof overridable)[number];

const duration = z.string().transform((text, context) => {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  context.addIssue(`${JSON.stringify(text)} must be a duration such as 30m, 24h or 7d`);
  return z.NEVER;
});

/** A label of DNS, since it becomes a part of Kubernetes' names; `argocd` is taken by the folder of that name. */
export const environmentName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be lowercase letters, digits and dashes')
  .refine((name) => name !== 'argocd', 'is the folder of the Argo CD objects, and cannot be an environment');

/** How long a release must have been in the source: it alone, or all that has run there since and contains it. */
const soakShape = z.strictObject({ for: duration, by: z.enum(['release', 'descent']).default('release') });

const environmentShape = z.strictObject({
  name: environmentName,
  from: z.string().optional(),
  soak: z
    .preprocess((soak) => (typeof soak === 'object' ? soak : { for: soak }), soakShape)
    .default({ for: 0, by: 'release' }),
  healthy: z.boolean().default(false),
  auto: z.boolean().default(false),
  via: z.enum(['push', 'merge-request']).default('push'),
  override: z.array(z.enum(overridable)).default([]),
});

const acceptedShape = z.strictObject({
  // A number to YAML, where it is written without quotes and has no letter.
  commit: z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'must be the whole SHA of a commit, in quotes'),
  reason: line,
});

const flowShape = z.strictObject({
  environments: z.array(environmentShape).min(1),
  freezes: z.array(freezeShape).default([]),
  accepted: z.array(acceptedShape).default([]),
});

/** The environments in their order, and the rules between them; times in milliseconds. */
export type Flow = z.infer<typeof flowShape>;
export type Environment = z.infer<typeof environmentShape>;

/** Parses a flow, whose environments must be those with values among the paths, if any: Argo CD goes by the folders. */
export function parseFlow(file: YamlFile, paths?: Iterable<string>): Flow {
  const folders = paths && [...paths].flatMap((path) => valuedEnvironment(path) ?? []);
  const shape = flowShape.superRefine((flow, context) => {
    for (const [path, message] of findFaults(flow, folders)) context.addIssue({ code: 'custom', path, message });
  });
  return parseShape(shape, file, { code: 'invalid-flow', hint: 'environments/README.md says what the flow may hold.' });
}

/** @throws {Failure} `unknown-environment` when the flow does not name it. */
export function requireEnvironment(flow: Flow, name: string): Environment {
  const environment = flow.environments.find((candidate) => candidate.name === name);
  if (environment) return environment;
  const hint = `Name one of: ${flow.environments.map((known) => known.name).join(', ')}.`;
  throw new Failure('unknown-environment', `${JSON.stringify(name)} is not an environment of ${flowPath}.`, hint);
}

/** The freeze that an environment is in at a time, if any; of several, the one that ends last. */
export function findFreeze(flow: Flow, environment: string, now: Date): Window | undefined {
  return freezesOf(flow, environment)
    .flatMap((freeze) => findWindow(freeze, now) ?? [])
    .sort((one, other) => other.to.getTime() - one.to.getTime())[0];
}

/** All freezes that an environment is ever in. */
export function freezesOf({ freezes }: Flow, name: string): Flow['freezes'] {
  return freezes.filter(({ environments }) => environments.includes(name));
}

/** Finds what is wrong in a flow as a whole, and where; also against the folders that have values, where they are given. */
function* findFaults({ environments, freezes }: Flow, folders?: string[]): Generator<[PropertyKey[], string]> {
  const names = environments.map(({ name }) => name);
  for (const [index, { name, from, ...rules }] of environments.entries()) {
    const path = ['environments', index];
    const source = from === undefined ? -1 : names.indexOf(from);
    if (names.indexOf(name) < index) yield [[...path, 'name'], `${name} is listed twice`];
    for (const key of from === undefined ? listPromotionRules(rules) : [])
      yield [[...path, key], `${name} has "${key}", but no "from" that releases are promoted from`];
    if (from !== undefined && source < 0) yield [[...path, 'from'], `${from} is not an environment of this flow`];
    if (source >= index) yield [[...path, 'from'], `${name} takes from ${String(from)}, which is not listed before it`];
    const missing = `${name} has no ${valuesPath(name)}: add that file, or take ${name} out of the flow`;
    if (folders && !folders.includes(name)) yield [[...path, 'name'], missing];
  }
  for (const [index, freeze] of freezes.entries()) {
    const path = ['freezes', index, 'environments'];
    for (const [position, name] of freeze.environments.entries())
      if (!names.includes(name)) yield [[...path, position], `${name} is not an environment of this flow`];
  }
  for (const name of folders?.filter((folder) => !names.includes(folder)) ?? []) {
    const remedy = `list ${name}, or remove that file`;
    yield [['environments'], `${valuesPath(name)} belongs to no environment of this flow: ${remedy}`];
  }
}

/** The names of the rules that are set and apply to promotions alone. */
function listPromotionRules({ soak, healthy, auto, override }: Omit<Environment, 'name' | 'from'>): string[] {
  const set = { soak: soak.for > 0, healthy, auto, override: override.length > 0 };
  return Object.entries(set).flatMap(([key, isSet]) => (isSet ? [key] : []));
}
