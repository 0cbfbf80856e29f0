import type { Variable } from '../../src/config.ts';

/** The text with the table of variables between its two marks. */
export function writeVariables(text: string, variables: readonly Variable[]): string {
  const table = ['| variable | default | is |', '| --- | --- | --- |', ...variables.map(row)].join('\n');
  return text.replace(
    /(<!-- variables[^\n]*-->\n).*(\n<!-- end of variables -->)/s,
    (_, start: string, end: string) => `${start}\n${table}\n${end}`,
  );
}

function row({ name, default: value, description }: Variable): string {
  return `| \`${name}\` | ${value === undefined ? 'none' : `\`${value}\``} | ${description} |`;
}
