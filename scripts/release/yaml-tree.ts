import { isAlias, isMap, isNode, isScalar, isSeq, type Document, type Pair } from 'yaml';

/** How many values the aliases of a document may repeat, counted each time. */
const repetitionLimit = 10_000;

/** How many collections may be inside one another; the parser itself gives up at some hundreds. */
const depthLimit = 100;

/** Throws for what is wrong in a document that the parser takes. */
type Refuse = (offset: number | undefined, problem: string, hint: string) => never;

/** Refuses an empty or duplicate key, an alias that names nothing or repeats too much, and a value that is nested too deep. */
export function requirePlainTree({ contents }: Document.Parsed, refuse: Refuse): void {
  const sizes = new Map<string, number>();
  let repeated = 0;
  measure(contents, 0);

  /** The number of values in a node, as often as aliases repeat them. */
  function measure(node: unknown, depth: number): number {
    if (!isNode(node)) return 0;
    const offset = node.range?.[0];
    if (depth > depthLimit) refuse(offset, `the value is nested more than ${depthLimit} deep`, 'Write it flatter.');
    if (isAlias(node)) return repeat(node.source, offset);
    let size = 1;
    if (isSeq(node)) for (const item of node.items) size += measure(item, depth + 1);
    if (isMap(node)) {
      const keys = new Set<string>();
      for (const pair of node.items) {
        requireNewKey(pair, keys, refuse);
        size += measure(pair.key, depth + 1) + measure(pair.value, depth + 1);
      }
    }
    // Only at its end: an alias inside of the value that it names would repeat itself for ever.
    if (node.anchor !== undefined) sizes.set(node.anchor, size);
    return size;
  }

  function repeat(name: string, offset: number | undefined): number {
    const hint = `Write &${name} before it, or the value itself in its place.`;
    const size = sizes.get(name) ?? refuse(offset, `the alias *${name} names nothing that ends before it`, hint);
    repeated += size;
    if (repeated <= repetitionLimit) return size;
    const problem = `the aliases up to here repeat more than ${repetitionLimit} values`;
    return refuse(offset, problem, 'Write the values themselves.');
  }
}

function requireNewKey({ key }: Pair, others: Set<string>, refuse: Refuse): void {
  if (!isScalar(key)) return;
  const [start, end] = key.range ?? [];
  if (start === end) refuse(start, 'a key is empty', 'Write the key before the colon.');
  const name = String(key.value);
  if (others.has(name)) refuse(start, `duplicate key ${JSON.stringify(name)}`, 'Keep one of the two.');
  others.add(name);
}
