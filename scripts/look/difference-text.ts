import type { Answer } from './answer.ts';
import type { Difference } from './difference.ts';
import { toNames } from '../release/image.ts';
import { paint } from '../shell/screen.ts';

/** What there is to say of a difference; for people it is coloured where standard output can. */
export function describeDifference(difference: Difference): Answer {
  const { environment, from, to, onlyImage, objects } = difference;
  return {
    document: { environment, from: toNames(from), to: toNames(to), onlyImage, objects },
    text: [...objects.map(({ diff }) => colour(diff)), summarize(difference)].join('\n'),
  };
}

function summarize({ environment, from, to, onlyImage, objects }: Difference): string {
  const step = `${environment}: ${from?.tag ?? 'nothing'} → ${to.tag}`;
  if (objects.length === 0) return `${step}: nothing changes.`;
  if (onlyImage) return `${step}: only the image changes, and what names it.`;
  const counts = (['added', 'changed', 'removed'] as const).flatMap((kind) => {
    const { length } = objects.filter(({ change }) => change === kind);
    return length > 0 ? [`${length} ${kind}`] : [];
  });
  return `${step}: ${counts.join(', ')}.`;
}

function colour(diff: string): string {
  const [before = '', after = '', ...lines] = diff.split('\n');
  return [paint('bold', before), paint('bold', after), ...lines.map(colourLine)].join('\n');
}

function colourLine(line: string): string {
  if (line.startsWith('@@')) return paint('cyan', line);
  if (line.startsWith('+')) return paint('green', line);
  return line.startsWith('-') ? paint('red', line) : line;
}
