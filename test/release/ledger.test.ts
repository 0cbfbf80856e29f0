import { expect, test } from '@jest/globals';
import type { FileChanges } from '../../scripts/git/file-history.ts';
import { Ledger } from '../../scripts/release/ledger.ts';
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
  expect(record([change(values(runs), message)]).versions).toMatchObject([
    { kind: 'edit', by: 'Ada', reason: undefined },
  ]);
});

test('a run begins where another image comes, not where anything else changes', () => {
  const changes = [
    change(values('')),
    change(values(tag)),
    change(values(tag).replace('replicas: 1', 'replicas: 2')),
    change(values(tag, digestOf('2'))),
    change(values('')),
    change(values(tag)),
  ];
  const { runs } = record(changes);
  expect(runs.map(({ image, version }) => [image.digest, version.commit])).toEqual([
    [digestOf(tag), changes[1]?.commit],
    [digestOf('2'), changes[3]?.commit],
    [digestOf(tag), changes[5]?.commit],
  ]);
  expect(runs.map(({ until }) => until)).toEqual([changes[3]?.commit.time, changes[4]?.commit.time, undefined]);
});

test('a run goes on over versions that say nothing, and began before them', () => {
  const began = change(values(tag));
  const { runs, skipped } = record([began, change(undefined), change('image: {tag: "'), change(values(tag))]);
  expect(skipped).toHaveLength(2);
  expect(runs.map(({ version }) => version.commit)).toEqual([began.commit]);
});

test('a revision that older values did not say begins no run', () => {
  const old = values(tag).replace(/ *revision.*\n/, '');
  const whole = runningValues('staging', tag, digestOf(tag), tag.padEnd(40, '0'));
  expect(record([change(old), change(values(tag)), change(whole)]).runs).toHaveLength(1);
});

function record(changes: readonly FileChanges[]) {
  return Ledger.of(changes).recordOf('staging');
}

function values(tag: string, digest = tag && digestOf(tag)): string {
  return runningValues('staging', tag, digest);
}

function change(content: string | undefined, message = 'Edit'): FileChanges {
  const time = new Date();
  const commit = {
    sha: crypto.randomUUID(),
    author: 'Ada',
    committer: 'Ada',
    time,
    seen: time,
    message,
    merged: undefined,
    doubt: undefined,
  };
  return {
    commit,
    files: new Map([[path, content === undefined ? undefined : Buffer.from(content)]]),
    irregular: new Set(),
  };
}
