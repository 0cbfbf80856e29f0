import { expect, test } from '@jest/globals';
import { readEnvironmentNames } from '../../scripts/branch/checkout-environments.ts';
import { requireRelease } from '../../scripts/branch/releases.ts';
import { renderRelease } from '../../scripts/branch/render.ts';
import { openGit } from '../../scripts/git/git.ts';
import { Tip } from '../../scripts/git/tip.ts';
import { helmVersions } from '../../scripts/helm/program.ts';
import { parseTag } from '../../scripts/release/image.ts';
import type { Image } from '../../scripts/release/image.ts';
import { readImage, valuesPath } from '../../scripts/release/values.ts';
import { parseManifests } from '../support/kubernetes/manifests.ts';
import { root } from '../support/kubernetes/render.ts';
import { findSchemaFaults } from '../support/kubernetes/schemas.ts';

const git = openGit(root, { env: process.env });
const head = await git.read(['rev-parse', 'HEAD']);
const tip = new Tip({ git, fetchObjects: undefined }, head, { branch: 'main', now: new Date() });
const newest: Image = { tag: parseTag(head.slice(0, 8), 'HEAD'), digest: '', revision: '' };
const names = await readEnvironmentNames(root);

test.each(names)('%s renders on the newest release, and on the one that it runs', async (name) => {
  const path = valuesPath(name);
  const values = { path, bytes: await git.readBytes(['show', `HEAD:${path}`]) };
  const images = [newest, readImage(values)].filter((image) => image !== undefined);
  for (const image of images) {
    const chart = await requireRelease(tip, image);
    const rendering = {
      chart,
      image: chart,
      values,
      names: { chart: 'helm-chart', release: 'orders', namespace: name },
    };
    const texts: string[] = [];
    for (const helm of helmVersions) texts.push(await renderRelease(tip, rendering, { helm }));
    expect(new Set(texts).size).toBe(1);
    const faults = await Promise.all(parseManifests(texts[0] ?? '').map(findSchemaFaults));
    expect(faults.flat()).toEqual([]);
  }
});
