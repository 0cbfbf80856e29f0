import type { Found } from '../release/finding.ts';
import { toLine } from '../release/line.ts';
import { Failure } from '../shell/failure.ts';
import { colourObjects, formatDetails, quoteText, summarize } from './difference-text.ts';
import type { Difference } from './difference.ts';
import type { Effect } from './effects.ts';

/** What a review comes to. */
export interface Verdict {
  effects: readonly Effect[];
  findings: readonly Found[];
  isRefused: boolean;
}

// Bytes. GitLab takes a note of a million characters; so much of each difference is enough for one.
const shownOfEach = 50_000;

/** A review for the log of a job, whose end is what is seen first. */
export function formatText({ effects, findings, isRefused }: Verdict): string {
  const differences = effects.flatMap((effect) =>
    listShown(effect).map(({ title, shown }) => [title, ...colourObjects(shown)].join('\n')),
  );
  const sentences = effects.flatMap(listSentences).join('\n');
  return [...differences, sentences, ...findings.map(formatFound), sayVerdict(isRefused)].join('\n\n');
}

/** The same as Markdown, for a note. */
export function formatMarkdown({ effects, findings, isRefused }: Verdict): string {
  const found = findings.map((one) =>
    formatFound({ ...one, message: one.message.split('\n').map(quoteText).join('\n') }),
  );
  const sentences = [...effects.flatMap(listSentences), ...found];
  const differences = effects.flatMap((effect) =>
    listShown(effect).map(({ title, shown }) => formatDetails(title, shown, shownOfEach)),
  );
  const list = sentences.map((sentence) => `- ${sentence.replaceAll('\n', '\n  ')}`).join('\n');
  return [`**${sayVerdict(isRefused)}**`, list, ...differences].join('\n\n');
}

/** The differences that there is something to show of, each with what it is. */
function listShown({ environment, now, later }: Effect): { title: string; shown: Difference }[] {
  return [
    { title: `${environment}, at once`, shown: now },
    { title: `${environment}, later, with the release`, shown: later },
  ].flatMap(({ title, shown }) =>
    shown && !(shown instanceof Failure) && shown.objects.length > 0 ? [{ title, shown }] : [],
  );
}

function listSentences({ environment, rules, now, later }: Effect): string[] {
  const sentences = [
    ...(now ? [`${environment}: ${summarize(now)}`] : []),
    ...(rules.length > 0 ? [`${environment}: its rules change: ${rules.join(', ')}.`] : []),
    ...(later ? [`${environment}, later, with the release: ${summarize(later, true)}`] : []),
  ];
  return sentences.length > 0 ? sentences : [`${environment}: nothing changes.`];
}

function formatFound({ severity, environment, rule, message }: Found): string {
  return `${severity}: ${toLine(environment)}: ${rule}\n  ${message.replaceAll('\n', '\n  ')}`;
}

function sayVerdict(isRefused: boolean): string {
  return isRefused ? 'The rules refuse it.' : 'The rules allow it.';
}
