import { z } from 'zod';
import { Failure } from '../shell/failure.ts';
import { parseDigest, parseRevision, parseTag, type Image } from './image.ts';
import { findScalars, replaceScalars, type Target } from './scalars.ts';
import { splice } from './splice.ts';
import { decodeFile, parseYamlFile, toValue, yamlVersions, type YamlFile } from './yaml-file.ts';

/** The scalars of a release, each with the form that it has in double quotes. */
const scalars = { tag: '[0-9a-f]*', digest: '(?:sha256:[0-9a-f]{64})?', revision: '[0-9a-f]*' } as const;
type Field = keyof typeof scalars;
const fields = Object.keys(scalars) as Field[];

const withRepository = z.object({ image: z.object({ repository: z.string() }) });

/** The paths of the chart and of its default values in the repository. */
export const chartPath = 'helm-chart';
export const chartValuesPath = `${chartPath}/values.yaml`;

/** The path of an environment's values in the repository. */
export function valuesPath(environment: string): string {
  return `environments/${environment}/values.yaml`;
}

/** The environment whose values a path names, if any. */
export function valuedEnvironment(path: string): string | undefined {
  return /^environments\/([^/]+)\/values\.yaml$/.exec(path)?.[1];
}

/** Reads the image that an environment runs from values that must say it clearly; undefined while it has run nothing. */
export function readImage(values: YamlFile): Image | undefined {
  return parseImage(values.path, textsOf(findScalars(values, fields.map(pathOf))));
}

/** What a version of a values file says. */
export interface Values {
  image: Image | undefined;
  rest: Rest;
}

/** All that values say besides the release, as each version of YAML reads it; the same function while it stays the same. */
export type Rest = () => unknown;

/**
 * Makes a reader for the versions of a values file, of which old ones have no revision. One that differs from the
 * version read before in nothing but its quoted scalars is read without the parser, which takes most of the time in a
 * history of thousands.
 */
export function createValuesReader(): (values: YamlFile) => Values {
  let frame: { pattern: RegExp | undefined; rest: Rest } | undefined;
  return (values) => {
    const text = decodeFile(values);
    const match = frame?.pattern?.exec(text);
    if (frame && match?.groups) return { image: parseImage(values.path, match.groups), rest: frame.rest };
    const hasRevision = parseYamlFile(values).document.hasIn(pathOf('revision'));
    const present = fields.filter((field) => field !== 'revision' || hasRevision);
    const targets = findScalars(values, present.map(pathOf));
    frame = { pattern: frameOf(text, targets), rest: restOf(values) };
    return { image: parseImage(values.path, textsOf(targets)), rest: frame.rest };
  };
}

/** The bytes of the values file with another image in it, every other byte as it was. */
export function replaceImage(values: YamlFile, image: Image): Uint8Array {
  const edits = fields.map((field) => ({ path: pathOf(field), value: image[field] }));
  return replaceScalars(values, edits);
}

/** The repository that an environment pulls its image from: its own, or the chart's default. */
export function readRepository(values: YamlFile, chartValues: YamlFile | undefined): string | undefined {
  return [values, chartValues]
    .map((file) => file && withRepository.safeParse(toValue(parseYamlFile(file, '1.1'))).data)
    .find((values) => values !== undefined)?.image.repository;
}

/** @throws {Failure} `invalid-file`, when it is asked, where the values cannot be resolved. */
function restOf(values: YamlFile): Rest {
  let rest: unknown;
  return () =>
    (rest ??= yamlVersions.map((version) => {
      const parsed = parseYamlFile(values, version);
      for (const field of fields) parsed.document.deleteIn(pathOf(field));
      return toValue(parsed);
    }));
}

function pathOf(field: Field): string[] {
  return ['image', field];
}

/** What each scalar of a release says; the last one is not there in old values. */
type Texts = Partial<Record<string, string>>;

function textsOf(targets: readonly Target[]): Texts {
  return Object.fromEntries(targets.map(({ value }, index) => [fields[index] ?? '', value] as const));
}

function parseImage(path: string, { tag = '', digest = '', revision = '' }: Texts): Image | undefined {
  if (tag === '') {
    const [field, value] = Object.entries({ digest, revision }).find(([, value]) => value !== '') ?? [];
    if (field === undefined) return undefined;
    const message = `${path}: image.tag is empty, but image.${field} is ${JSON.stringify(value)}.`;
    const hint = `Empty all of ${fields.join(', ')}, or set them to those of one release.`;
    throw new Failure('invalid-values', message, hint);
  }
  if (revision !== '' && !revision.startsWith(tag)) {
    const [name, whole] = [tag, revision].map((text) => JSON.stringify(text));
    const message = `${path}: image.tag is ${name}, which does not abbreviate image.revision, ${whole}.`;
    throw new Failure('invalid-values', message, 'Set tag, digest and revision to those of one release.');
  }
  return {
    tag: parseTag(tag, `${path}: image.tag`),
    digest: digest === '' ? '' : parseDigest(digest, `${path}: image.digest`),
    revision: revision === '' ? '' : parseRevision(revision, `${path}: image.revision`),
  };
}

/** Matches the texts that differ from this one in its scalars alone, if all of those are in double quotes. */
function frameOf(text: string, targets: readonly Target[]): RegExp | undefined {
  if (targets.some(({ style }) => style !== 'QUOTE_DOUBLE')) return undefined;
  const groups = targets.map(({ start, end }, index) => {
    const field = fields[index] ?? 'tag';
    return { start, end, text: `\0"(?<${field}>${scalars[field]})"\0` };
  });
  // No text holds a NUL.
  const parts = splice(text, groups).split('\0');
  return new RegExp(`^${parts.map((part, index) => (index % 2 === 0 ? RegExp.escape(part) : part)).join('')}$`);
}
