import { expect, test } from '@jest/globals';
import type { FileChanges } from '../../scripts/git/file-history.ts';
import { listRuns, readHistory } from '../../scripts/release/history.ts';
import { runningValues } from '../support/git/origin.ts';
import { digestOf } from '../support/git/runs.ts';

const path = 'environments/staging/values.yaml';
const tag = '1111111a';

test.each([
  ['another environment', `promote(production): ${tag}`, tag],
  ['another release', 'promote(staging): 2222222b', tag],
  ['a release, where the environment was emptied', `rollback(staging): ${tag}`, ''],
  ['a hold', 'hold(staging)', tag],
])("a delivery's message that tells of %s explains nothing, not even who it was", (_, title, runs) => {
  const message = `${title}\n\nActor: mallory\nReason: errors`;
  const { versions } = readHistory('staging', path, [change(values(runs), message)]);
  expect(versions).toMatchObject([{ kind: 'edit', by: 'Ada', reason: undefined }]);
});

test('a run begins where another image comes, not where anything else changes', () => {
  const { versions } = readHistory('staging', path, [
    change(values(tag)),
    change(values('')),
    change(values(tag, digestOf('2'))),
    change(values(tag).replace('replicas: 1', 'replicas: 2')),
    change(values(tag)),
    change(values('')),
  ]);
  expect(listRuns(versions).map(({ image }) => image?.digest)).toEqual([
    digestOf(tag),
    undefined,
    digestOf('2'),
    digestOf(tag),
  ]);
});

test('a run goes on over versions that say nothing, and began before them', () => {
  const began = change(values(tag));
  const { versions, skipped } = readHistory('staging', path, [
    change(values(tag)),
    change('image: {tag: "'),
    change(undefined),
    began,
  ]);
  expect(skipped).toHaveLength(2);
  expect(listRuns(versions).map(({ commit }) => commit)).toEqual([began.commit]);
});

function values(tag: string, digest = tag && digestOf(tag)): string {
  return runningValues('staging', tag, digest);
}

function change(content: string | undefined, message = 'Edit'): FileChanges {
  const commit = { sha: crypto.randomUUID(), author: 'Ada', time: new Date(), message, merged: undefined };
  return { commit, files: new Map([[path, content === undefined ? undefined : Buffer.from(content)]]) };
}
