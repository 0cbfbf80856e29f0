import { Failure } from '../shell/failure.ts';
import { parseDigest, parseTag } from './image.ts';
import type { Image } from './image.ts';
import { findScalars, replaceScalars } from './scalars.ts';
import type { Target } from './scalars.ts';
import { parseYamlFile } from './yaml-file.ts';
import type { YamlFile } from './yaml-file.ts';

const tagPath = ['image', 'tag'];
const digestPath = ['image', 'digest'];
const imagePaths = [tagPath, digestPath];

/** Where the chart's default values are, in the repository. */
export const chartValuesPath = 'helm-chart/values.yaml';

/** Where the values of an environment are, in the repository. */
export function valuesPath(environment: string): string {
  return `environments/${environment}/values.yaml`;
}

/** The environment whose values a path holds, if any. */
export function valuedEnvironment(path: string): string | undefined {
  return /^environments\/([^/]+)\/values\.yaml$/.exec(path)?.[1];
}

/**
 * Reads the image that an environment runs from its values; undefined while it has run nothing.
 * @throws {Failure} `invalid-values`, `invalid-tag` or `invalid-digest` when the file does not say it clearly.
 */
export function readImage(values: YamlFile): Image | undefined {
  const { targets } = findScalars(values, imagePaths);
  return parseImage(values.path, targets[0]?.value ?? '', targets[1]?.value ?? '');
}

/**
 * Makes a reader for the versions of a values file. One that differs from the version read before in nothing but its
 * two quoted scalars is read without the parser, which takes most of the time in a history of thousands.
 */
export function createImageReader(): (values: YamlFile) => Image | undefined {
  let frame: RegExp | undefined;
  return (values) => {
    const match = frame?.exec(Buffer.from(values.bytes).toString());
    if (match?.groups) return parseImage(values.path, match.groups.tag ?? '', match.groups.digest ?? '');
    const { text, targets } = findScalars(values, imagePaths);
    frame = frameOf(text, targets);
    return parseImage(values.path, targets[0]?.value ?? '', targets[1]?.value ?? '');
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

function parseImage(path: string, tag: string, digest: string): Image | undefined {
  if (tag === '' && digest === '') return undefined;
  if (tag === '') {
    throw new Failure(
      'invalid-values',
      `${path}: image.tag is empty, but image.digest is ${JSON.stringify(digest)}.`,
      'Empty both, or set both to those of one image.',
    );
  }
  return {
    tag: parseTag(tag, `${path}: image.tag`),
    digest: digest === '' ? '' : parseDigest(digest, `${path}: image.digest`),
  };
}

/** Matches a text that is this one but for its two scalars, where those are in double quotes. */
function frameOf(text: string, [tag, digest]: readonly Target[]): RegExp | undefined {
  if (tag?.style !== 'QUOTE_DOUBLE' || digest?.style !== 'QUOTE_DOUBLE') return undefined;
  const parts = [
    { ...tag, form: '"(?<tag>[0-9a-f]*)"' },
    { ...digest, form: '"(?<digest>(?:sha256:[0-9a-f]{64})?)"' },
  ].sort((a, b) => a.start - b.start);
  let pattern = '';
  let position = 0;
  for (const { start, end, form } of parts) {
    pattern += RegExp.escape(text.slice(position, start)) + form;
    position = end;
  }
  return new RegExp(`^${pattern}${RegExp.escape(text.slice(position))}$`);
}
