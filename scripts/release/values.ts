import { Failure } from '../failure.ts';
import { parseDigest, parseTag } from './image.ts';
import type { Image } from './image.ts';
import { readScalar, replaceScalars } from './scalars.ts';
import { parseYamlFile } from './yaml-file.ts';
import type { YamlFile } from './yaml-file.ts';

const tagPath = ['image', 'tag'];
const digestPath = ['image', 'digest'];

/** Where the chart's default values are, in the repository. */
export const chartValuesPath = 'helm-chart/values.yaml';

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

/** The repository that an environment pulls its image from: its own, or the chart's default. */
export function readRepository(values: YamlFile, chartValues: YamlFile | undefined): string | undefined {
  return [values, chartValues]
    .map((file) => file && parseYamlFile(file).document.getIn(['image', 'repository']))
    .find((repository) => typeof repository === 'string');
}
