import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { valuesPath } from '../../scripts/release/values.ts';
import { emptyValues } from '../support/git/origin.ts';
import { readApplications } from './argo.ts';
import { whatRuns } from './deployment.ts';
import { Stage } from './stage.ts';
import type { Release } from './project.ts';

let stage: Stage;
let first: Release;
let second: Release;

beforeAll(async () => {
  stage = await Stage.open([{ name: 'dev' }, { name: 'preview' }]);
  first = await stage.project.release('Begin');
  await stage.deploy('preview', first);
  await stage.synced('preview', first);
  second = await stage.project.release('Go on', { minReadySeconds: 3 });
  await stage.deploy('dev', second);
  await stage.synced('dev', second);
}, 180_000);

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
}, 300_000);

test.each(['branch', 'tag'])(
  'a %s called by the tag of a release, or by its whole SHA, changes nothing',
  async (kind) => {
    const { origin } = stage.project;
    const prefix = kind === 'branch' ? 'refs/heads' : 'refs/tags';
    for (const name of [first.tag, first.revision]) {
      await origin.git('update-ref', `${prefix}/${name}`, second.revision);
    }
    const before = await stage.deployment('preview');
    await editAndArrive('preview');
    // Whatever Argo CD may remember, it asks the repository again.
    const application = await stage.application('preview', 'hard');
    expect(application?.status.sync).toEqual({ status: 'Synced', revision: first.revision });
    const { minReadySeconds } = (await stage.deployment('preview')).spec;
    expect(minReadySeconds).toBe(before.spec.minReadySeconds);
    expect(minReadySeconds).not.toBe((await stage.deployment('dev')).spec.minReadySeconds);
  },
  90_000,
);

test('a values file in a nested folder makes no Application, and stops nothing', async () => {
  const copy = await stage.project.origin.read(valuesPath('preview'));
  const nested = {
    'environments/archive/preview/values.yaml': copy,
    'environments/archive/other/values.yaml': copy,
    'environments/dev/old/values.yaml': 'nothing: of what the template needs\n',
  };
  await editAndArrive('dev', nested);
  expect(await namesOfApplications()).toEqual([stage.nameOf('dev'), stage.nameOf('preview')]);
  await editAndArrive('dev', Object.fromEntries(Object.keys(nested).map((path) => [path, undefined])));
}, 90_000);

test('a folder that is deleted deletes nothing', async () => {
  await editAndArrive('dev', { [valuesPath('preview')]: undefined });
  expect(await namesOfApplications()).toEqual([stage.nameOf('dev'), stage.nameOf('preview')]);
  const { status } = (await stage.application('preview', 'hard')) ?? {};
  expect(status?.sync).toEqual({ status: 'Synced', revision: first.revision });
  expect(whatRuns(await stage.deployment('preview'))).toEqual({
    image: stage.project.imageOf(first),
    isComplete: true,
  });
}, 90_000);

test('the values of an environment that run nothing keep what runs', async () => {
  await editAndArrive('dev', { [valuesPath('preview')]: emptyValues('preview') });
  expect(await namesOfApplications()).toEqual([stage.nameOf('dev'), stage.nameOf('preview')]);
  expect(whatRuns(await stage.deployment('preview'))).toEqual({
    image: stage.project.imageOf(first),
    isComplete: true,
  });
}, 90_000);

/** Scales an environment in the same commit, and waits until that is in the cluster: then Argo CD has seen the commit. */
async function editAndArrive(environment: string, files: Readonly<Record<string, string | undefined>> = {}) {
  const { replicas } = (await stage.deployment(environment)).spec;
  const other = { replicas: replicas === 1 ? 2 : 1 };
  await stage.edit(environment, other, files);
  await stage.arrives(environment, other);
  await stage.until(`${environment} is complete`, async () => whatRuns(await stage.deployment(environment)).isComplete);
}

async function namesOfApplications(): Promise<string[]> {
  const names = await readApplications();
  return names.filter((name) => name.startsWith(stage.name)).sort();
}
