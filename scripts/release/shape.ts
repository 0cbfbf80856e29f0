import { isNode } from 'yaml';
import { z } from 'zod';
import { Failure, type FailureCode } from '../shell/failure.ts';
import { toLine } from './line.ts';
import { parseYamlFile, toValue, type ParsedFile, type YamlFile } from './yaml-file.ts';

/** A moment, as the files of this project write it. */
export const instant = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-12-23T00:00:00Z' })
  .transform((text) => new Date(text));

/** A text that becomes one line. */
export const line = z
  .string()
  .transform(toLine)
  .refine((text) => text !== '', 'is empty');

/** Reads a YAML file of a given shape, or fails by the given code with the line of each fault. */
export function parseShape<Shape extends z.ZodType>(
  shape: Shape,
  file: YamlFile,
  { code, hint }: { code: FailureCode; hint: string },
): z.infer<Shape> {
  const parsed = parseYamlFile(file);
  const result = shape.safeParse(toValue(parsed), {
    error: ({ code, input }) => (code === 'invalid_type' && input === undefined ? 'is missing' : undefined),
  });
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => {
    return [placeOf(parsed, path), path.join('.'), message].filter(Boolean).join(': ');
  });
  throw new Failure(code, faults.join('\n'), hint);
}

function placeOf({ path: file, document, placeOf }: ParsedFile, path: readonly PropertyKey[]): string {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node)) return placeOf(node.range?.[0]);
  }
  return file;
}
