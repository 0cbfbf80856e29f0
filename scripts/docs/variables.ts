import type { Variable } from '../../src/config.ts';

/** The text with the table of variables between its two marks. */
export function writeVariables(text: string, variables: readonly Variable[]): string {
  const table = ['| variable | default | is |', '| --- | --- | --- |', ...variables.map(row)].join('\n');
  return text.replace(
    /(<!-- variables[^\n]*-->\n).*(\n<!-- end of variables -->)/s,
    (_, start: string, end: string) => `${start}\n${table}\n${end}`,
  );
}

function row(variable: Variable): string {
  return `| \`${variable.name}\` | ${showDefault(variable)} | ${variable.description} |`;
}

function showDefault({ default: value, required, secret }: Variable): string {
  if (required) return secret ? 'required, secret' : 'required';
  if (value === undefined) return secret ? 'none, secret' : 'none';
  return secret ? 'secret' : `\`${value}\``;
}
