import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { toApplication } from '../rehearsal/argocd.ts';
import { recordApplication } from '../support/argocd/situation.ts';
import { applicationShape } from '../../scripts/argocd/application.ts';
import { isToBlame, judgeApplication } from '../../scripts/argocd/judgement.ts';
import { parseDigest, parseTag } from '../../scripts/release/image.ts';
import { runningValues } from '../support/git/origin.ts';
import { findSchemaFaults } from '../support/kubernetes/schemas.ts';

const recorded = join(import.meta.dirname, '../support/argocd/recorded');
const [commit, digest] = ['a'.repeat(40), `sha256:${'a'.repeat(64)}`];
const everything = recordApplication({
  commit,
  tag: 'aaaaaaaa',
  digest,
  phase: 'Failed',
  retries: 1,
  conditions: [{ type: 'ComparisonError', message: 'failed to generate manifest' }],
  resources: [{ kind: 'Deployment', name: 'orders', health: { status: 'Degraded', message: 'too late' } }],
  results: [{ kind: 'Job', name: 'migrate', status: 'Synced', hookPhase: 'Failed', message: 'exit code 1' }],
});

const rehearsed = toApplication('orders-dev', {
  environment: 'dev',
  values: runningValues('dev', 'aaaaaaaa', digest, commit),
  fault: 'It does not answer',
});
const answers = [
  ['a test makes up', everything],
  ['a rehearsal gives', rehearsed],
] as const;

test.each(answers)('an answer that %s has no field that the recorded ones have not', (_, answer) => {
  const known = new Set(readAnswers().flatMap((body) => listPaths(body)));
  expect(listPaths(answer).filter((path) => !known.has(path))).toEqual([]);
});

test('the one of a rehearsal is understood as the release that it names', () => {
  const target = {
    commit,
    image: { tag: parseTag('aaaaaaaa', 'tag'), digest: parseDigest(digest, 'digest'), revision: '' },
  } as const;
  const application = applicationShape.parse(rehearsed);
  expect(judgeApplication(application, [], target)).toBe('failing');
  expect(isToBlame(application, target)).toBe(true);
});

test('what a test makes up has the form of the published schema', async () => {
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
