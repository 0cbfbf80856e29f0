import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { kubectl } from './kubectl.ts';
import { whatRuns } from './deployment.ts';
import { Stage } from './stage.ts';
import type { Release } from './project.ts';

let stage: Stage;
let good: Release;

const labelsShape = z.object({ metadata: z.object({ labels: z.record(z.string(), z.string()) }) });

beforeAll(async () => {
  stage = await Stage.open([{ name: 'preview' }, { name: 'production' }]);
  good = await stage.project.release('Begin');
  for (const environment of stage.environments) await stage.deploy(environment, good);
  for (const environment of stage.environments) await stage.synced(environment, good);
}, 180_000);

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
}, 300_000);

const privileged = { 'pod-security.kubernetes.io/enforce': 'privileged' };

const foreignObjects = [
  {
    what: 'an object in the namespace of another environment',
    make: () => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'foreign', namespace: stage.nameOf('production') },
    }),
  },
  {
    what: 'the namespace of another environment',
    make: () => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: stage.nameOf('production'), labels: privileged },
    }),
  },
  {
    what: 'a kind of the whole cluster',
    make: () => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: stage.name },
    }),
  },
];

test.each(foreignObjects)(
  'Argo CD refuses a release whose chart has $what, and wait says so',
  async ({ make }) => {
    const before = await readNamespace('production');
    const file = { 'helm-chart/templates/foreign.yaml': JSON.stringify(make()) };
    const bad = await stage.project.release('Reach out', {}, file);
    await stage.deploy('preview', bad);
    const run = await stage.project.wait('preview', '90s');
    expect(run.status).toBe(6);
    expect(run.stderr).toContain('is not permitted in project');
    expect(await readNamespace('production')).toEqual(before);
    expect(
      await kubectl(['get', 'configmap', 'foreign', `--namespace=${stage.nameOf('production')}`, '--ignore-not-found']),
    ).toBe('');
    expect(await kubectl(['get', 'clusterrole', stage.name, '--ignore-not-found'])).toBe('');
    await comeBack(bad);
  },
  150_000,
);

/** Everything of the release before is in the cluster again, and what runs in production has not been touched. */
async function comeBack(bad: Release): Promise<void> {
  const better = await stage.project.release(
    `Leave out what ${bad.tag} had`,
    {},
    { 'helm-chart/templates/foreign.yaml': undefined },
  );
  await stage.deploy('preview', better);
  await stage.synced('preview', better);
  expect(whatRuns(await stage.deployment('production'))).toEqual({
    image: stage.project.imageOf(good),
    isComplete: true,
  });
}

/** A namespace, as the cluster has it. */
async function readNamespace(environment: string) {
  const text = await kubectl(['get', 'namespace', stage.nameOf(environment), '--output=json']);
  return labelsShape.parse(JSON.parse(text)).metadata.labels;
}
