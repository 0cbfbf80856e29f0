import { TextDecoder } from 'node:util';
import { LineCounter, parseAllDocuments } from 'yaml';
import type { Document } from 'yaml';
import { Failure } from '../shell/failure.ts';

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

export type YamlVersion = '1.1' | '1.2';

/**
 * Parses a file that must be exactly one YAML document in UTF-8.
 * @throws {Failure} `invalid-file` with the line of the first error.
 */
export function parseYamlFile({ path, bytes }: YamlFile, version: YamlVersion = '1.2'): ParsedFile {
  const text = decode(path, bytes);
  const lines = new LineCounter();
  const placeOf = (offset = 0) => `${path}:${lines.linePos(offset).line}`;
  const documents = parseAllDocuments(text, { version, lineCounter: lines, prettyErrors: false });
  const [document, second] = documents;
  if (!document) throw broken(path, 'the file is empty');
  const error = documents.flatMap(({ errors }) => errors)[0];
  if (error) throw broken(placeOf(error.pos[0]), `broken YAML: ${error.message}`);
  if (second) throw broken(placeOf(second.range[0]), 'a second document begins here');
  return { path, text, document, placeOf };
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw broken(path, 'not UTF-8', error);
  }
}

function broken(place: string, what: string, cause?: unknown): Failure {
  return new Failure('invalid-file', `${place}: ${what}.`, 'Write the file as one YAML document in UTF-8.', {
    cause,
  });
}
