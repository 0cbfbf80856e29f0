import { html, raw } from 'hono/html';
import type { Html } from './page.ts';

/** A row of a table: its attributes, and its cells by their columns. */
export interface TableRow {
  attributes: Readonly<Record<string, string | undefined>>;
  cells: Readonly<Record<string, Html | string | number | undefined>>;
}

/** A table with a column for each cell of its rows; on a narrow screen a row is a paragraph, unless it is of numbers. */
export function renderTable(caption: string, kind: 'events' | 'numbers', rows: readonly TableRow[]): Html {
  const heading = Object.keys(rows[0]?.cells ?? {}).map((column) => html`<th scope="col">${column}</th>`);
  return html`<div class="scroll" ${raw(kind === 'numbers' ? 'tabindex="0" role="group"' : '')} aria-label="${caption}">
<table class="${kind}">
<caption>${caption}</caption>
<thead><tr>${heading}</tr></thead>
<tbody>
${rows.map(renderRow)}</tbody>
</table></div>`;
}

function renderRow({ attributes, cells }: TableRow): Html {
  const names = Object.entries(attributes).map(([name, value]) => html` ${raw(name)}="${value}"`);
  const fields = Object.entries(cells).map(([column, cell]) => html`<td data-field="${column}">${cell}</td>`);
  return html`<tr${names}>${fields}</tr>\n`;
}
