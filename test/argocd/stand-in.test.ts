import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { recordApplication } from '../support/argocd/situation.ts';
import { findSchemaFaults } from '../support/kubernetes/schemas.ts';

const recorded = join(import.meta.dirname, '../support/argocd/recorded');
const everything = recordApplication({
  commit: 'a'.repeat(40),
  tag: 'aaaaaaaa',
  digest: `sha256:${'a'.repeat(64)}`,
  phase: 'Failed',
  retries: 1,
  conditions: [{ type: 'ComparisonError', message: 'failed to generate manifest' }],
  resources: [{ kind: 'Deployment', name: 'orders', health: { status: 'Degraded', message: 'too late' } }],
  results: [{ kind: 'Job', name: 'migrate', status: 'Synced', hookPhase: 'Failed', message: 'exit code 1' }],
});

test('an answer that a test makes up has no field that the recorded ones have not', () => {
  const known = new Set(readAnswers().flatMap((body) => listPaths(body)));
  expect(listPaths(everything).filter((path) => !known.has(path))).toEqual([]);
});

test('it has the form of the published schema', async () => {
  const application = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', ...everything };
  expect(await findSchemaFaults({ ...application, metadata: { name: 'orders-dev' } })).toEqual([]);
});

function readAnswers(): object[] {
  return readdirSync(recorded)
    .filter((file) => file.endsWith('.ndjson'))
    .flatMap((file) => readFileSync(join(recorded, file), 'utf8').trimEnd().split('\n'))
    .map((line) => JSON.parse(line) as { what: string; body: object })
    .filter(({ what }) => what === 'application')
    .map(({ body }) => body);
}

/** The paths of keys to all that an answer says, the items of a list as one. */
function listPaths(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => listPaths(item, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, field]) => listPaths(field, `${path}.${key}`));
}
