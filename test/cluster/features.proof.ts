import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setTimeout } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { valuesPath } from '../../scripts/release/values.ts';
import { features } from '../chart/features.ts';
import { applyPatch } from '../support/kubernetes/patch.ts';
import { isSynced } from './argo.ts';
import { addForeignKinds, allowKind } from './foreign-kinds.ts';
import { Stage } from './stage.ts';
import type { Release } from './project.ts';

// The migration is left out: its pod would have to run, with secrets and volumes that only their names are known of.
const on = features.filter(({ name }) => !/^no |^migration$/.test(name));
const threeMinutes = 180_000;

let stage: Stage;
let foreignKinds: AsyncDisposable;
let release: Release;
let plainValues: string;
let plainObjects: string[];

beforeAll(async () => {
  foreignKinds = await addForeignKinds();
  stage = await Stage.open([{ name: 'dev' }]);
  await allowKind(stage, 'dev', { group: '', kind: 'PersistentVolumeClaim' });
  release = await stage.project.release('Begin');
  await stage.deploy('dev', release);
  await stage.synced('dev', release);
  plainValues = await stage.project.origin.read(valuesPath('dev'));
  plainObjects = await listOwn();
}, 180_000);

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await foreignKinds[Symbol.asyncDispose]();
}, 300_000);

test('with every feature of the chart on, the cluster is as in Git, and still is after three minutes without a sync', async () => {
  const everything = on.reduce<unknown>((values, feature) => applyPatch(values, feature.values), parse(plainValues));
  await stage.commit({ [valuesPath('dev')]: stringify(everything) });
  await stage.until(
    'the objects of the features are there',
    async () => (await listOwn()).length > plainObjects.length + 5,
  );
  await stage.synced('dev', release);
  const before = await stage.application('dev', 'hard');
  await setTimeout(threeMinutes);
  const after = await stage.application('dev', 'hard');
  expect(after && isSynced(after, release.revision)).toBe(true);
  expect(after?.status.operationState?.startedAt).toBe(before?.status.operationState?.startedAt);
}, 360_000);

test('the objects of features that are turned off again are gone', async () => {
  await stage.commit({ [valuesPath('dev')]: plainValues });
  await stage.until('what is left is what was there before', async () => {
    return JSON.stringify(await listOwn()) === JSON.stringify(plainObjects);
  });
  await stage.synced('dev', release);
}, 120_000);

/** The objects of the Application that are in the cluster. */
async function listOwn(): Promise<string[]> {
  const { resources = [] } = (await stage.application('dev'))?.status ?? {};
  return resources.map(({ kind, name }) => `${kind}/${name}`).sort();
}
