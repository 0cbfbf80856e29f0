import { plainOf } from './screen.ts';

const gap = '  ';
// The least width of a column that is cut; a terminal too narrow for it gets records instead of rows.
const shortest = 12;

/** Formats rows under a heading, each column as wide as its widest cell. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  return formatLines(rows).join('\n');
}

/**
 * The same within the columns of a terminal: one column is cut where the rows would be too wide; where that does not
 * help, each row becomes a record of its own, a line a column. Below each row after the heading stand its notes.
 */
export function fitTable(
  rows: readonly (readonly string[])[],
  flexible: number,
  columns: number,
  notes: readonly (readonly string[])[] = [],
): string {
  const annotate = (text: string, index: number) => [text, ...(notes[index] ?? [])].join(`\n${gap}`);
  const widths = widthsOf(rows);
  const others = widths.reduce((sum, width, index) => sum + (index === flexible ? 0 : width + gap.length), 0);
  const room = columns - others;
  if (room >= Math.min(shortest, widths[flexible] ?? 0)) {
    const [heading = '', ...lines] = formatLines(
      rows.map((row) => row.map((cell, index) => (index === flexible ? cut(cell, room) : cell))),
    );
    return [heading, ...lines.map(annotate)].join('\n');
  }
  const [heading = [], ...records] = rows;
  return records
    .map((record) => formatTable(record.map((cell, index) => [heading[index] ?? '', cell])))
    .map(annotate)
    .join('\n\n');
}

function formatLines(rows: readonly (readonly string[])[]): string[] {
  const widths = widthsOf(rows);
  const pad = (cell: string, index: number) => cell.padEnd((widths[index] ?? 0) + cell.length - lengthOf(cell));
  return rows.map((row) => row.map(pad).join(gap).trimEnd());
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: columns }, (_, index) => Math.max(...rows.map((row) => lengthOf(row[index] ?? ''))));
}

/** How many characters a cell takes: one of two columns, such as an emoji, is taken for one. */
function lengthOf(cell: string): number {
  return Array.from(plainOf(cell)).length;
}

function cut(cell: string, width: number): string {
  if (lengthOf(cell) <= width) return cell;
  const kept = Array.from(cell).slice(0, Math.max(0, width - 1));
  return `${kept.join('')}…`;
}
