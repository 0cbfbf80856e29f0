import { isUtf8 } from 'node:buffer';
import { Composer, LineCounter, Parser, type Document, type ErrorCode, type Node } from 'yaml';
import { Failure } from '../shell/failure.ts';
import { requirePlainTree } from './yaml-tree.ts';

/** A YAML file as its bytes, and its name for messages. */
export interface YamlFile {
  path: string;
  bytes: Uint8Array;
}

export interface ParsedFile {
  path: string;
  /** The file's text, its byte order mark included, so that the parser's offsets hold. */
  text: string;
  document: Document.Parsed;
  /** The place of an offset, as `path:line`. */
  placeOf: (offset: number | undefined) => string;
}

// Helm and Argo CD read YAML 1.1, the yaml package YAML 1.2: a file must mean the same to all.
export const yamlVersions = ['1.1', '1.2'] as const;
export type YamlVersion = (typeof yamlVersions)[number];

/** Bytes. The parser takes up to a second for as many. */
const sizeLimit = 256 * 1024;

// A lone CR, U+0085, U+2028 and U+2029 end a line for some parsers and not for others; go-yaml refuses all others here.
const ambiguous =
  // eslint-disable-next-line no-control-regex
  /\r(?!\n)|[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]|(?<!^)\ufeff/u;

/** What is said instead of messages of the parser that speak of its options or of its stack. */
const problems: Partial<Record<ErrorCode, string>> = {
  NON_STRING_KEY: 'a key must be a string, with no alias and no tag',
  RESOURCE_EXHAUSTION: 'the file is nested too deeply',
};

/** Parses a file that must be one YAML document in UTF-8, with nothing in it that YAML parsers read differently. */
export function parseYamlFile(file: YamlFile, version: YamlVersion = '1.2'): ParsedFile {
  const [parsed, second] = parseYaml(file.path, decodeFile(file), version);
  if (!parsed) throw fault(file.path, 'the file is empty');
  if (second) throw fault(second.placeOf(second.document.range[0]), 'a second document begins here');
  return parsed;
}

/** Decodes a file before any parser sees it, and refuses what is too large, not UTF-8 or ambiguous to parsers. */
export function decodeFile({ path, bytes }: YamlFile): string {
  if (bytes.length > sizeLimit) {
    const hint = 'Split it, or move what is large out of it.';
    throw fault(path, `the file has ${bytes.length} bytes, and must have at most ${sizeLimit}`, hint);
  }
  if (!isUtf8(bytes)) throw fault(path, 'the file is not UTF-8');
  const text = Buffer.from(bytes).toString();
  const found = ambiguous.exec(text);
  if (!found) return text;
  const line = text.slice(0, found.index).split('\n').length;
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const problem = `the character U+${code} is not allowed, since YAML parsers differ on it`;
  throw fault(`${path}:${line}`, problem, 'Remove it, or write it as an escape in double quotes.');
}

/** Parses the YAML documents of a text; the first fault is told with its line. */
export function parseYaml(path: string, text: string, version: YamlVersion): ParsedFile[] {
  const lines = new LineCounter();
  const placeOf = (offset = 0) => `${path}:${lines.linePos(offset).line}`;
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const directive = tokens.find(({ type }) => type === 'directive');
  if (directive) throw fault(placeOf(directive.offset), 'a YAML directive is not allowed', 'Remove the line.');
  // The parser compares each key with each before; the walk of the tree finds the same in a moment.
  const composer = new Composer({ version, stringKeys: true, uniqueKeys: false, logLevel: 'silent' });
  return [...composer.compose(tokens)].map((document) => {
    const [error] = document.errors;
    if (error) {
      const problem = problems[error.code] ?? `broken YAML: ${error.message}`;
      throw fault(placeOf(error.pos[0]), problem, oneDocument, error);
    }
    requirePlainTree(document, (offset, problem, hint) => {
      throw fault(placeOf(offset), problem, hint);
    });
    return { path, text, document, placeOf };
  });
}

/** The value of a parsed file, or of a node in it, whose merge keys must resolve: the only way from YAML to a value. */
export function toValue({ path, document, placeOf }: ParsedFile, node: Node | null = document.contents): unknown {
  try {
    // The walk of the tree has counted what the aliases repeat.
    return node?.toJS(document, { maxAliasCount: -1 }) ?? null;
  } catch (error) {
    const place = node === document.contents ? path : placeOf(node?.range?.[0]);
    throw fault(place, `the value cannot be resolved: ${(error as Error).message}`, oneDocument, error);
  }
}

const oneDocument = 'Write the file as one YAML document in UTF-8.';

function fault(place: string, what: string, hint = oneDocument, cause?: unknown): Failure {
  return new Failure('invalid-file', `${place}: ${what}.`, hint, { cause });
}
