import type { Answer } from './answer.ts';
import type { Difference } from './difference.ts';
import { toNames } from '../release/image.ts';
import { Failure } from '../shell/failure.ts';
import { paint } from '../shell/screen.ts';

/** What there is to say of a difference; for people it is coloured where standard output can. */
export function describeDifference(difference: Difference): Answer {
  const text = [...colourObjects(difference), `${difference.environment}: ${summarize(difference)}`];
  return { document: toDocument(difference), text: text.join('\n') };
}

/** A difference as the documents of the command contract have it, or why it cannot be shown. */
export function toDocument(shown: Difference | Failure | undefined): object | null {
  if (!shown) return null;
  if (shown instanceof Failure) return { fault: { code: shown.code, message: shown.message } };
  return { ...shown, from: toNames(shown.from), to: toNames(shown.to) };
}

/** The unified difference of each object; what changes in its labels alone shares one line. */
function listObjects({ objects }: Difference): string[] {
  const diffs = objects.filter(({ onlyLabels }) => !onlyLabels).map(({ diff }) => diff);
  const labelled = objects.filter(({ onlyLabels }) => onlyLabels);
  if (labelled.length === 0) return diffs;
  const labels = new Set(labelled.flatMap(({ onlyLabels = [] }) => onlyLabels));
  const names = labelled.map(({ kind, name }) => `${kind}/${name}`);
  return [...diffs, `Only labels change (${[...labels].join(', ')}): ${names.join(', ')}\n`];
}

/** The same, coloured. */
export function colourObjects(difference: Difference): string[] {
  const colour = (diff: string) => diff.split('\n').map(colourLine).join('\n');
  return listObjects(difference).map((text) => (text.startsWith('---') ? colour(text) : text));
}

function colourLine(line: string, index: number): string {
  // The first two name the object.
  if (index < 2) return paint('bold', line);
  if (line.startsWith('@@')) return paint('cyan', line);
  if (line.startsWith('+')) return paint('green', line);
  return line.startsWith('-') ? paint('red', line) : line;
}

/** A difference in a sentence; a second one tells of the migrations of a release, which is to come now or later. */
export function summarize(shown: Difference | Failure, isLater = false): string {
  if (shown instanceof Failure) return `what the cluster would see cannot be shown: ${shown.message}`;
  const { from, to, onlyImage, migrations, objects } = shown;
  const isNow = from?.tag !== to.tag || from.digest !== to.digest;
  const step = isNow ? `${from?.tag ?? 'nothing'} → ${to.tag}: ` : '';
  const migration = `\nThis release migrates: ${migrations.join(', ')} runs before its pods start.`;
  const migrates = (isNow || isLater) && migrations.length > 0;
  return `${step}${count(objects, onlyImage)}.${migrates ? migration : ''}`;
}

function count(objects: Difference['objects'], onlyImage: boolean): string {
  if (objects.length === 0) return 'nothing changes';
  if (onlyImage) return 'only the image changes, and what names it';
  const counts = (['added', 'changed', 'removed'] as const).flatMap((kind) => {
    const { length } = objects.filter(({ change }) => change === kind);
    return length > 0 ? [`${length} ${kind}`] : [];
  });
  return counts.join(', ');
}

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
  const fence = chooseTicks(shown, 3);
  const rest = isCut ? [`It was cut after ${shown.split('\n').length} of ${text.split('\n').length} lines.`, ''] : [];
  const head = ['<details>', `<summary>${title}</summary>`, ''];
  return [...head, `${fence}diff`, shown, fence, '', ...rest, '</details>'].join('\n');
}

/** A text of others as Markdown that shows it letter by letter: it calls nobody, closes nothing and is no markup. */
export function quoteText(text: string): string {
  const ticks = chooseTicks(text, 1);
  return ticks === '`' ? `${ticks}${text}${ticks}` : `${ticks} ${text} ${ticks}`;
}

/** As many ticks as no run of them in a text has, and no fewer than the least. */
function chooseTicks(text: string, least: number): string {
  const longest = Math.max(least - 1, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  return '`'.repeat(longest + 1);
}
