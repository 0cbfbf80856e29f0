import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { root } from '../support/kubernetes/render.ts';

const read = (path: string) => readFile(join(root, path), 'utf8');
const rulesShape = z.object({
  customManagers: z.array(z.object({ managerFilePatterns: z.array(z.string()), matchStrings: z.array(z.string()) })),
  packageRules: z.array(z.object({ groupName: z.string().optional(), matchPackageNames: z.array(z.string()) })),
});
const { customManagers, packageRules } = rulesShape.parse(JSON.parse(await read('.renovaterc.json')));
const findGroup = (name: string) => packageRules.find(({ groupName }) => groupName === name)?.matchPackageNames ?? [];

test('Renovate finds the image of the jobs, which the pipeline has in a variable', async () => {
  const pipelineShape = z.object({ variables: z.object({ PIPELINE_IMAGE: z.string() }) });
  const { variables } = pipelineShape.parse(parse(await read('.gitlab-ci.yml')));
  const found: string[] = [];
  for (const { managerFilePatterns, matchStrings } of customManagers) {
    for (const [index, pattern] of matchStrings.entries()) {
      const text = await read(managerFilePatterns[index] ?? '');
      const { depName, currentValue } = new RegExp(pattern).exec(text)?.groups ?? {};
      found.push(`${String(depName)}:${String(currentValue)}`);
    }
  }
  expect(found).toEqual([variables.PIPELINE_IMAGE]);
});

test('Renovate moves every package that brings a Node with it together', async () => {
  const { optionalDependencies } = z
    .object({ optionalDependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(await read('package.json')));
  const nodes = Object.keys(optionalDependencies).filter((name) => name.startsWith('node-'));
  expect(findGroup('Node')).toEqual(expect.arrayContaining([...nodes, '@types/node', 'node']));
});
