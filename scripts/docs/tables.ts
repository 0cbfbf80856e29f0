import type { Variable } from '../../src/config.ts';
import type { ChartValue } from './chart.ts';

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
