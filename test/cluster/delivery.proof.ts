import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { parseObjects } from '../../scripts/helm/manifests.ts';
import { readManifests } from './argo.ts';
import { whatRuns } from './deployment.ts';
import { report } from './report.ts';
import { Stage } from './stage.ts';
import type { Release } from './project.ts';

let stage: Stage;
let first: Release;

beforeAll(async () => {
  stage = await Stage.open([{ name: 'dev' }, { name: 'staging', from: 'dev' }]);
}, 60_000);

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
}, 300_000);

test('the first deploy makes an Application, and wait returns 0 when the release is live, and not before', async () => {
  first = await stage.project.release('Begin');
  expect(await stage.application('dev')).toBeUndefined();
  await stage.project.gitops('deploy', 'dev', '--tag', first.tag, '--digest', stage.project.image.digest);
  const { run, live } = await waitAndLook();
  expect(run).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(`dev runs ${first.tag} and is healthy`),
  });
  expect(live).toEqual({ image: stage.project.imageOf(first), isComplete: true });
}, 120_000);

test('wait does not take the release before for the new one', async () => {
  const second = await stage.project.release('Go on');
  await stage.project.gitops('deploy', 'dev', '--tag', second.tag, '--digest', stage.project.image.digest);
  expect(whatRuns(await stage.deployment('dev'))).toEqual({
    image: stage.project.imageOf(first),
    isComplete: true,
  });
  const { run, live } = await waitAndLook();
  expect(run).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(`dev runs ${second.tag} and is healthy`),
  });
  expect(live).toEqual({ image: stage.project.imageOf(second), isComplete: true });
  first = second;
}, 120_000);

test('status says of a healthy environment that it runs what Git says', async () => {
  const rows: unknown = JSON.parse(await stage.project.gitops('status', '--json'));
  expect(rows).toMatchObject([
    { name: 'dev', tag: first.tag, live: { asInGit: true } },
    { name: 'staging', tag: '' },
  ]);
});

test('a value that is edited on main arrives, and no other release', async () => {
  await stage.edit('dev', { replicas: 2 });
  const seconds = await stage.arrives('dev', { replicas: 2 });
  report('an edit of a value', seconds);
  expect(whatRuns(await stage.deployment('dev'))).toMatchObject({ image: stage.project.imageOf(first) });
}, 60_000);

test('a change of the chart on main arrives with the release that has it, and not before', async () => {
  const changed = await stage.project.release('Be sure of a pod earlier', { minReadySeconds: 3 });
  // An edit that comes later is there, so that what came before has had its time.
  await stage.edit('dev', { replicas: 1 });
  await stage.arrives('dev', { replicas: 1 });
  expect((await stage.deployment('dev')).spec.minReadySeconds).toBe(5);
  await stage.deploy('dev', changed);
  report('a chart with its release', await stage.synced('dev', changed));
  expect((await stage.deployment('dev')).spec.minReadySeconds).toBe(3);
  first = changed;
}, 90_000);

test('a promotion brings what diff shows, to the byte, and Argo CD renders the same', async () => {
  const { objects } = z
    .object({ objects: z.array(z.object({ diff: z.string() })) })
    .parse(JSON.parse(await stage.project.gitops('diff', 'staging', '--json')));
  await stage.project.gitops('promote', 'staging');
  await stage.tell();
  const run = await stage.project.wait('staging', '60s');
  expect(run.status).toBe(0);
  const manifests = await readManifests(stage.nameOf('staging'));
  const rendered = parseObjects(manifests.map((object) => JSON.stringify(object)).join('\n---\n'));
  expect(rendered.length).toBeGreaterThan(3);
  expect(rendered.map(({ text }) => text)).toEqual(objects.map(({ diff }) => addedText(diff)));
}, 120_000);

/** Lets Argo CD know only when somebody waits already, and looks at the cluster the moment that the wait is over. */
async function waitAndLook() {
  let isTold = false;
  const run = await stage.project.wait('dev', '90s', () => {
    if (!isTold) void stage.tell();
    isTold = true;
  });
  const live = whatRuns(await stage.deployment('dev'));
  report('wait, from a push to its return', await stage.project.secondsSincePush());
  return { run, live };
}

/** The text of an object that was not there before. */
function addedText(diff: string): string {
  const lines = diff.split('\n').filter((line) => /^\+(?!\+\+ )/.test(line));
  return lines.map((line) => `${line.slice(1)}\n`).join('');
}
