import { isMap, isPair, isScalar, isSeq, stringify, type Node, type YAMLMap } from 'yaml';
import type { Splice } from '../release/splice.ts';
import type { ParsedFile } from '../release/yaml-file.ts';
import { Failure } from '../shell/failure.ts';

/** A map in lines of its own, under a key or in a list; what stands between the one before and it belongs to it. */
type Entry = ReturnType<typeof listEntries>[number];

/** Opens the entries of a map or list of a file, by the first of the names that is there. */
export function openEntries(parsed: ParsedFile, list?: string, nameAt: readonly string[] = []) {
  const entries = listEntries(parsed, list, nameAt);
  return (...names: readonly string[]): Entry => {
    const found = names.map((name) => entries.find((entry) => entry.name === name)).find(Boolean);
    if (found) return found;
    const hint = 'Write it so, or do all of it by hand: environments/README.md says how.';
    throw new Failure('invalid-file', `${parsed.path}: there is no ${names.join(' or ')} in lines of its own.`, hint);
  };
}

/** Adds a value below an entry, as far to the right as it is. */
export function addBelow({ text }: ParsedFile, { map, end }: Entry, value: unknown, gap = '\n'): Splice {
  const [first = 0] = map.range ?? [];
  const indent = /^ *(?=- )/.exec(text.slice(text.lastIndexOf('\n', first - 1) + 1))?.[0] ?? '';
  return { start: end, end, text: gap + toYaml(value).replace(/^(?=.)/gm, indent) };
}

/** Puts a value in the place of a node, in one line. */
export function replace(node: unknown, value: unknown): Splice {
  const [start = 0, end = 0] = (node as Node).range ?? [];
  return { start, end, text: toYaml(value, 'flow').trimEnd() };
}

function listEntries({ text, document }: ParsedFile, list: string | undefined, nameAt: readonly string[]) {
  const collection: unknown = list === undefined ? document.contents : document.get(list);
  const items: unknown[] = isMap(collection) || isSeq(collection) ? collection.items : [];
  let start = 0;
  return items.flatMap((item) => {
    const map = (isPair(item) ? item.value : item) as YAMLMap;
    const name: unknown = isPair(item) && isScalar(item.key) ? item.key.value : isMap(map) && map.getIn(nameAt);
    // A map of several lines ends below its last one.
    const [, last = 0] = map.range ?? [];
    const end = text[last - 1] === '\n' ? last : text.indexOf('\n', last) + 1 || text.length;
    const entry = { name, map, start, end };
    start = end;
    return isMap(map) ? [entry] : [];
  });
}

/** Writes a value so that every parser of YAML reads a string as one. */
export function toYaml(value: unknown, collectionStyle: 'any' | 'flow' = 'any'): string {
  const form = { version: '1.1', lineWidth: 0, verifyAliasOrder: false } as const;
  return stringify(value, { ...form, collectionStyle, flowCollectionPadding: collectionStyle !== 'flow' });
}
