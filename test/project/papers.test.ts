import { expect, test } from '@jest/globals';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { root } from '../support/kubernetes/render.ts';

const read = (path: string) => readFile(join(root, path), 'utf8');
const licensed = z.object({ license: z.string() });

test('the licence is the same wherever it is named', async () => {
  const { license } = licensed.parse(JSON.parse(await read('package.json')));
  const lock = z.object({ packages: z.object({ '': licensed }) }).parse(JSON.parse(await read('package-lock.json')));
  const label = /org\.opencontainers\.image\.licenses="([^"]*)"/.exec(await read('Dockerfile'));
  expect([lock.packages[''].license, label?.[1]]).toEqual([license, license]);
});

test('each path that has an owner is there, but for environments, which come and go', async () => {
  const paths = [...(await read('.gitlab/CODEOWNERS')).matchAll(/^\/(?!environments\/)\S+/gm)];
  expect(paths.length).toBeGreaterThan(0);
  for (const [path] of paths) await access(join(root, path));
});
