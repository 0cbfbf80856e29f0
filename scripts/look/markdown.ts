import { listObjects } from './difference-text.ts';
import type { Difference } from './difference.ts';

/**
 * The objects of a difference as a block of Markdown that opens by a click, of no more bytes than given but for a line that
 * says that it was cut.
 */
export function formatDetails(title: string, difference: Difference, limit: number): string {
  const text = listObjects(difference)
    .map((object) => object.trimEnd())
    .join('\n\n');
  const bytes = Buffer.from(text);
  const isCut = bytes.length > limit;
  const shown = isCut ? text.slice(0, bytes.toString('utf8', 0, limit).lastIndexOf('\n')) : text;
  // What is shown may hold fences of its own.
  const longest = Math.max(2, ...Array.from(shown.matchAll(/`+/g), ([fence]) => fence.length));
  const fence = '`'.repeat(longest + 1);
  const rest = isCut ? [`It was cut after ${shown.split('\n').length} of ${text.split('\n').length} lines.`, ''] : [];
  return [
    ...['<details>', `<summary>${title}</summary>`, '', `${fence}diff`, shown, fence, ''],
    ...[...rest, '</details>'],
  ].join('\n');
}

/** A text of others as Markdown that shows it letter by letter: it calls nobody, closes nothing and is no markup. */
export function quoteText(text: string): string {
  const longest = Math.max(0, ...Array.from(text.matchAll(/`+/g), ([ticks]) => ticks.length));
  const ticks = '`'.repeat(longest + 1);
  return longest > 0 ? `${ticks} ${text} ${ticks}` : `${ticks}${text}${ticks}`;
}
