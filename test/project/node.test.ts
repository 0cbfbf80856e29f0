import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { root } from '../support/kubernetes/render.ts';

const read = (path: string) => readFile(join(root, path), 'utf8');
const manifestShape = z.object({
  devDependencies: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()),
});
const pinned = (await read('.nvmrc')).trim();
const { devDependencies, optionalDependencies } = manifestShape.parse(JSON.parse(await read('package.json')));
const major = pinned.split('.')[0] ?? '';

test('the Node of each platform is the one of .nvmrc', () => {
  const versions = Object.entries(optionalDependencies).filter(([name]) => name.startsWith('node-'));
  expect(versions.length).toBeGreaterThan(0);
  expect(versions).toEqual(versions.map(([name]) => [name, pinned]));
});

test.each(['Dockerfile', '.gitlab-ci.yml'])('each image of Node in %s is of that version', async (path) => {
  const versions = [...(await read(path)).matchAll(/\bnode:(\d[\d.]*)/g)].map(([, version]) => version);
  expect(versions).toEqual(versions.map(() => pinned));
});

test('what the service runs in, and what its types are of, has the major of that Node', async () => {
  const runtimes = [...(await read('Dockerfile')).matchAll(/\/nodejs(\d+)/g)].map(([, version]) => version);
  expect(runtimes).toEqual(runtimes.map(() => major));
  expect(devDependencies['@types/node']).toMatch(new RegExp(`^${major}\\.`));
});
