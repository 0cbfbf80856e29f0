import { isDeepStrictEqual } from 'node:util';
import { isAlias, isMap, isNode, isScalar, Scalar, type Node, type YAMLMap } from 'yaml';
import { Failure } from '../shell/failure.ts';
import { splice } from './splice.ts';
import { parseYaml, parseYamlFile, toValue, yamlVersions, type ParsedFile, type YamlFile } from './yaml-file.ts';

/** A new value for the scalar at a path of keys. */
export interface Edit {
  path: readonly string[];
  value: string;
}

/** Where a scalar stands in the text of its file, and what it says. */
export type Target = ReturnType<typeof requireTarget>;

/** Reads the text of the scalar at a path of keys, also where YAML takes it for a number. */
export function readScalar(file: YamlFile, path: readonly string[]): string {
  return requireTarget(parseYamlFile(file), path).value;
}

/** Finds the scalars at the given paths in the file's text; one that could not be edited safely is refused. */
export function findScalars(file: YamlFile, paths: readonly (readonly string[])[]) {
  const parsed = parseYamlFile(file);
  return paths.map((path) => requireTarget(parsed, path));
}

/** Replaces the bytes of scalars and no other byte. Each keeps its quotes; a plain one gets them where it must. */
export function replaceScalars(file: YamlFile, edits: readonly Edit[]): Uint8Array {
  const parsed = parseYamlFile(file);
  const splices = edits.map(({ path, value }) => {
    const { start, end, style } = requireTarget(parsed, path);
    return { start, end, text: write(value, style) };
  });
  const bytes = Buffer.from(splice(parsed.text, splices));
  requireOnlyEdited(file, { path: file.path, bytes }, edits);
  return bytes;
}

function requireTarget(parsed: ParsedFile, path: readonly string[]) {
  const node = requireNode(parsed, path);
  const [start, end] = node.range ?? [0, 0];
  const source = parsed.text.slice(start, end);
  const problem = findProblem(node, source);
  if (problem !== undefined) throw unsafe(parsed.placeOf(start), `${path.join('.')} ${problem}`);
  const scalar = node as Scalar;
  return { value: textOf(scalar, source), style: scalar.type, start, end };
}

function requireNode({ path: file, document, placeOf }: ParsedFile, path: readonly string[]): Node {
  let node: unknown = document.contents;
  for (const [depth, key] of path.entries()) {
    if (isAlias(node))
      throw unsafe(placeOf(node.range?.[0]), `${path.slice(0, depth).join('.')} is an alias (*${node.source})`);
    if (isMap(node)) requirePlainKeys(node, placeOf);
    const pair = isMap(node) ? node.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
    const name = path.slice(0, depth + 1).join('.');
    if (!pair) throw unsafe(file, `${name} is missing`, `Add ${path.join('.')} to it, as "".`);
    // A key of a flow map with no colon has no value at all; any other empty value is a node.
    if (!isNode(pair.value))
      throw unsafe(placeOf(isNode(pair.key) ? pair.key.range?.[0] : undefined), `${name} has no value`);
    node = pair.value;
  }
  return node as Node;
}

/** Refuses what adds or hides a key beside those of the release for some YAML parsers and not for others. */
function requirePlainKeys({ items }: YAMLMap, placeOf: ParsedFile['placeOf']): void {
  for (const { key } of items) {
    if (!isScalar(key)) continue;
    const place = placeOf(key.range?.[0]);
    const name = JSON.stringify(key.value);
    if (key.value === '<<') throw unsafe(place, 'a merge key (<<) is not allowed here', plainKeys);
    if (key.anchor) throw unsafe(place, `the key ${name} has an anchor (&${key.anchor})`, plainKeys);
    if (key.tag) throw unsafe(place, `the key ${name} has a YAML tag (${key.tag})`, plainKeys);
  }
}

function findProblem(node: Node, source: string): string | undefined {
  if (isAlias(node)) return `is an alias (*${node.source})`;
  if (!isScalar(node)) return 'is not a scalar';
  if (node.anchor) return `has an anchor (&${node.anchor})`;
  if (node.tag) return `has a YAML tag (${node.tag})`;
  if (node.type === Scalar.BLOCK_FOLDED || node.type === Scalar.BLOCK_LITERAL) return 'is a block scalar';
  if (source === '') return 'has no value';
  if (source !== quote(textOf(node, source), node.type)) return 'is written with escapes or over several lines';
  return undefined;
}

/** The text that was meant by a value without quotes: 12345678 is a number to YAML, and a tag here. */
function textOf({ value }: Scalar, source: string): string {
  return typeof value === 'string' ? value : source;
}

function write(value: string, style: Scalar.Type | undefined): string {
  const source = quote(value, style);
  return isStringInYaml(source) ? source : quote(value, Scalar.QUOTE_DOUBLE);
}

function quote(value: string, style: Scalar.Type | undefined): string {
  if (style === Scalar.QUOTE_DOUBLE) return `"${value}"`;
  if (style === Scalar.QUOTE_SINGLE) return `'${value}'`;
  return value;
}

function isStringInYaml(source: string): boolean {
  return yamlVersions.every((version) => {
    const [parsed] = parseYaml('the new value', source, version);
    return parsed && typeof toValue(parsed) === 'string';
  });
}

function requireOnlyEdited(before: YamlFile, after: YamlFile, edits: readonly Edit[]): void {
  const expected = new Map(edits.map(({ path, value }) => [path.join('.'), value]));
  for (const version of yamlVersions) {
    const [left, right] = [before, after].map((file) => toValue(parseYamlFile(file, version)));
    const other = differences(left, right).find(({ path, value }) => expected.get(path) !== value);
    if (other) throw unsafe(before.path, `an edit would also change ${other.path}`);
  }
  for (const { path, value } of edits) {
    if (readScalar(after, path) !== value)
      throw unsafe(before.path, `${path.join('.')} would not be ${JSON.stringify(value)} afterwards`);
  }
}

/** The paths at which two values differ, whatever the order of their keys, and what the second one has there. */
export function* differences(left: unknown, right: unknown, path = ''): Generator<{ path: string; value: unknown }> {
  if (isDeepStrictEqual(left, right)) return;
  if (!isCollection(left) || !isCollection(right)) {
    yield { path, value: right };
    return;
  }
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    yield* differences(left[key], right[key], path ? `${path}.${key}` : key);
  }
}

function isCollection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

const quoted = 'Write it as one quoted scalar of its own, such as tag: "3f9c1b2a".';
const plainKeys = 'Write each key beside the release itself, with no merge, anchor or tag.';

function unsafe(place: string, what: string, hint = quoted): Failure {
  return new Failure('invalid-values', `${place}: ${what}.`, hint);
}
