import { runningValues } from './origin.ts';
import type { Files } from './origin.ts';

/** The digest of the image of a release: another one for each. */
export function digestOf(tag: string): string {
  return `sha256:${tag.padEnd(64, '0')}`;
}

/** The values of environments that run releases, by their names. */
export function runs(releases: Readonly<Record<string, string>>): Files {
  return Object.fromEntries(
    Object.entries(releases).map(([environment, tag]) => [
      `environments/${environment}/values.yaml`,
      runningValues(environment, tag, digestOf(tag)),
    ]),
  );
}

/** A hold of an environment. */
export function holds(environment: string): Files {
  return {
    [`environments/${environment}/hold.yaml`]: 'reason: look into it\nby: ada\nsince: 2026-09-21T10:00:00Z\n',
  };
}
