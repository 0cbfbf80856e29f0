import { isAlias, isMap, isNode, isScalar, isSeq, type Document } from 'yaml';

/** What is wrong in a document that the parser takes, and where. */
export interface TreeFault {
  offset: number | undefined;
  problem: string;
  hint: string;
}

/** How many values the aliases of a document may repeat, counted each time. */
const repetitionLimit = 10_000;

/** How many collections may be inside one another; the parser itself gives up at some hundreds. */
const depthLimit = 100;

/** Finds the first empty or duplicate key, alias that names nothing or repeats too much, or value that is nested too deep. */
export function findTreeFault({ contents }: Document.Parsed): TreeFault | undefined {
  const sizes = new Map<string, number>();
  let repeated = 0;
  let found: TreeFault | undefined;
  measure(contents, 0);
  return found;

  /** The number of values in a node, as often as aliases repeat them. */
  function measure(node: unknown, depth: number): number {
    if (found || !isNode(node)) return 0;
    const offset = node.range?.[0];
    if (depth > depthLimit) {
      found = { offset, problem: `the value is nested more than ${depthLimit} deep`, hint: 'Write it flatter.' };
      return 0;
    }
    if (isAlias(node)) return repeat(node.source, offset);
    let size = 1;
    if (isSeq(node)) for (const item of node.items) size += measure(item, depth + 1);
    if (isMap(node)) {
      const keys = new Set<string>();
      for (const { key, value } of node.items) {
        found ??= findKeyFault(key, keys);
        size += measure(key, depth + 1) + measure(value, depth + 1);
      }
    }
    // Only at its end: an alias inside of the value that it names would repeat itself for ever.
    if (node.anchor !== undefined) sizes.set(node.anchor, size);
    return size;
  }

  function repeat(name: string, offset: number | undefined): number {
    const size = sizes.get(name);
    repeated += size ?? 0;
    if (size === undefined) {
      const hint = `Write &${name} before it, or the value itself in its place.`;
      found ??= { offset, problem: `the alias *${name} names nothing that ends before it`, hint };
    } else if (repeated > repetitionLimit) {
      const problem = `the aliases up to here repeat more than ${repetitionLimit} values`;
      found ??= { offset, problem, hint: 'Write the values themselves.' };
    }
    return size ?? 0;
  }
}

function findKeyFault(key: unknown, others: Set<string>): TreeFault | undefined {
  if (!isScalar(key)) return undefined;
  const [start, end] = key.range ?? [];
  if (start === end) return { offset: start, problem: 'a key is empty', hint: 'Write the key before the colon.' };
  const name = String(key.value);
  if (others.has(name)) {
    return { offset: start, problem: `duplicate key ${JSON.stringify(name)}`, hint: 'Keep one of the two.' };
  }
  others.add(name);
  return undefined;
}
