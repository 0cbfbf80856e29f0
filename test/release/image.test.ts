import { expect, test } from '@jest/globals';
import { parseDigest, parseTag } from '../../scripts/release/image.ts';
import { catchFailure } from '../support/command/catch-failure.ts';

test.each(['3f9c1b2', '12345678', 'a'.repeat(40)])('%s names a release', (text) => {
  expect(parseTag(text, '--tag')).toBe(text);
});

test.each(['', 'latest', '3F9C1B2A', '3f9c1b', 'a'.repeat(41), '3f9c1b2a\n', '3f9c1b2g', '--force'])(
  '%j names no release',
  (text) => {
    const failure = catchFailure(() => parseTag(text, '--tag'));
    expect(failure.message).toBe(`--tag: ${JSON.stringify(text)} is not the tag of a release.`);
    expect(failure.exitCode).toBe(2);
  },
);

test.each(['', 'a'.repeat(64), `sha256:${'a'.repeat(63)}`, `sha256:${'A'.repeat(64)}`, `sha512:${'a'.repeat(128)}`])(
  '%j is no digest',
  (text) => {
    const failure = catchFailure(() => parseDigest(text, '--digest'));
    expect(failure.message).toBe(`--digest: ${JSON.stringify(text)} is not an image digest.`);
    expect(failure.exitCode).toBe(2);
  },
);
