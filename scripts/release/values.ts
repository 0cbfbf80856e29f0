import { Failure } from '../failure.ts';
import { parseDigest, parseTag } from './image.ts';
import type { Image } from './image.ts';
import { readScalar, replaceScalars } from './scalars.ts';
import type { YamlFile } from './yaml-file.ts';

const tagPath = ['image', 'tag'];
const digestPath = ['image', 'digest'];

/** Where the values of an environment are, in the repository. */
export function valuesPath(environment: string): string {
  return `environments/${environment}/values.yaml`;
}

/**
 * Reads the image that an environment runs from its values; undefined while it has run nothing.
 * @throws {Failure} `invalid-values`, `invalid-tag` or `invalid-digest` when the file does not say it clearly.
 */
export function readImage(values: YamlFile): Image | undefined {
  const [tag, digest] = [readScalar(values, tagPath), readScalar(values, digestPath)];
  if (tag === '' && digest === '') return undefined;
  if (tag === '') {
    throw new Failure(
      'invalid-values',
      `${values.path}: image.tag is empty, but image.digest is ${JSON.stringify(digest)}.`,
      'Empty both, or set both to those of one image.',
    );
  }
  return {
    tag: parseTag(tag, `${values.path}: image.tag`),
    digest: digest === '' ? '' : parseDigest(digest, `${values.path}: image.digest`),
  };
}

/** The bytes of the values file with another image in it, every other byte as it was. */
export function replaceImage(values: YamlFile, { tag, digest }: Image): Uint8Array {
  return replaceScalars(values, [
    { path: tagPath, value: tag },
    { path: digestPath, value: digest },
  ]);
}
