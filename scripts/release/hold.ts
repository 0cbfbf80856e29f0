import { stringify } from 'yaml';
import { z } from 'zod';
import { typed } from '../shell/typed.ts';
import { instant, line, parseShape } from './shape.ts';
import type { YamlFile } from './yaml-file.ts';

const holdShape = z.strictObject({
  reason: line,
  by: line,
  since: instant,
  /** Whether it stopped the whole line, and goes with the others. */
  all: z.boolean().optional(),
});

/** Why, by whom and since when an environment takes no delivery. */
export type Hold = z.infer<typeof holdShape>;

/** The path of an environment's hold in the repository. */
export function holdPath(environment: string): string {
  return `environments/${environment}/hold.yaml`;
}

/** The environment whose hold a path names, if any. */
export function heldEnvironment(path: string): string | undefined {
  return /^environments\/([^/]+)\/hold\.yaml$/.exec(path)?.[1];
}

/** @throws {Failure} `invalid-file` or `invalid-hold`, with the line of each fault. */
export function parseHold(file: YamlFile): Hold {
  return parseShape(holdShape, file, {
    code: 'invalid-hold',
    hint: `Mend it, or remove it: ${typed('resume', heldEnvironment(file.path) ?? '<environment>')}`,
  });
}

/** The text of a hold's file. */
export function formatHold(hold: Hold): string {
  return stringify({ ...hold, since: hold.since.toISOString() });
}
