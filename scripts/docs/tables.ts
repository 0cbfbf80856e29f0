import { isMap, isNode, isScalar } from 'yaml';
import type { Variable } from '../../src/config.ts';
import { parseYamlFile, toValue, type ParsedFile } from '../release/yaml-file.ts';
import { Failure } from '../shell/failure.ts';

/** A value of the chart, as `values.yaml` has it; its description is what the comment above it says. */
interface ChartValue {
  path: readonly string[];
  default: unknown;
  description: string;
}

/** The parts of a JSON schema that are written here. */
interface Schema {
  required?: string[];
  properties?: Record<string, Schema>;
}

/**
 * Reads the chart's values in their order, each with the comment above it.
 * @throws {Failure} `invalid-chart` when a value has no comment.
 */
export function listValues(text: string): ChartValue[] {
  const parsed = parseYamlFile({ path: 'helm-chart/values.yaml', bytes: Buffer.from(text) });
  return listMap(parsed, parsed.document.contents, []);
}

/**
 * The chart's schema with each value required, its meaning and its default.
 * @throws {Failure} `invalid-chart` when it lacks a value of the chart.
 */
export function writeSchema(text: string, values: readonly ChartValue[]): string {
  const schema = JSON.parse(text) as Schema;
  for (const { path, description, default: value } of values) {
    let property = schema;
    for (const key of path) {
      // Each value is there, so that one which is set to null is refused where it stands, and not met in a template.
      property.required = [...new Set([...(property.required ?? []), key])];
      const child = property.properties?.[key];
      if (!child) throw fault('values.schema.json', `${path.join('.')} is missing`, 'Say what type it has.');
      property = child;
    }
    Object.assign(property, { description, default: value });
  }
  return JSON.stringify(schema);
}

function listMap(parsed: ParsedFile, map: unknown, above: readonly string[]): ChartValue[] {
  if (!isMap(map)) return [];
  return map.items.flatMap(({ key, value }, index) => {
    if (!isScalar(key)) return [];
    const path = [...above, String(key.value)];
    // The comment above the first key of a map is the map's.
    if (isMap(value) && value.commentBefore) return listMap(parsed, value, path);
    const comment = key.commentBefore ?? (index === 0 ? map.commentBefore : undefined);
    if (!comment) throw fault('values.yaml', `no comment says what ${path.join('.')} is`, 'Write one above it.');
    return { path, default: isNode(value) ? toValue(parsed, value) : null, description: lastParagraph(comment) };
  });
}

/** What stands above an empty line is about more than the one value. */
function lastParagraph(comment: string): string {
  const lines = comment.split('\n').map((line) => line.trim());
  return lines.slice(lines.lastIndexOf('') + 1).join(' ');
}

function fault(file: string, problem: string, hint: string): Failure {
  return new Failure('invalid-chart', `helm-chart/${file}: ${problem}.`, hint);
}

/** The text with the table of variables between its two marks. */
export function writeVariables(text: string, variables: readonly Variable[]): string {
  const row = (variable: Variable) => `| \`${variable.name}\` | ${showDefault(variable)} | ${variable.description} |`;
  return writeTable(text, 'variable', variables.map(row));
}

function showDefault({ default: value, required, secret }: Variable): string {
  if (required) return secret ? 'required, secret' : 'required';
  if (value === undefined) return secret ? 'none, secret' : 'none';
  return secret ? 'secret' : `\`${value}\``;
}

/** The chart's README with the table of its values between the two marks. */
export function writeValues(readme: string, values: readonly ChartValue[]): string {
  const row = ({ path, default: value, description }: ChartValue) =>
    `| \`${path.join('.')}\` | \`${JSON.stringify(value)}\` | ${description} |`;
  return writeTable(readme, 'value', values.map(row));
}

function writeTable(text: string, noun: string, rows: readonly string[]): string {
  const table = [`| ${noun} | default | is |`, '| --- | --- | --- |', ...rows].join('\n');
  return text.replace(
    new RegExp(`(<!-- ${noun}s[^\\n]*-->\\n).*(\\n<!-- end of ${noun}s -->)`, 's'),
    (_, start: string, end: string) => `${start}\n${table}\n${end}`,
  );
}
