import { readMainline } from '../branch/past.ts';
import { openRemote, readTip, type Place } from '../branch/place.ts';
import { readReviewed, type Reviewed } from '../branch/reviewed.ts';
import { announce } from '../gitlab/announce.ts';
import { breach, everyEnvironment, type Found } from '../release/finding.ts';
import { environmentsFolder } from '../release/flow.ts';
import { toLine } from '../release/line.ts';
import { exitCode, Failure } from '../shell/failure.ts';
import type { Answer } from './answer.ts';
import { readFindings } from './audit.ts';
import { colourObjects, formatDetails, quoteText, summarize, toDocument } from './difference-text.ts';
import { readEffects, type Effect } from './effects.ts';

/**
 * Tells what a checkout would bring to each environment by a merge, and whether the rules allow it now; a delivery may
 * change `onlyEnvironments`.
 */
export async function review(
  place: Place,
  { onlyEnvironments = false, markdown = false }: { onlyEnvironments?: boolean; markdown?: boolean },
): Promise<Answer> {
  await using scratch = await openRemote(place, { history: 'trees' });
  const reviewed = await readReviewed(await readTip(scratch, place), place);
  const { before, after } = reviewed;
  const mainline = await readMainline(after);
  const end = mainline.commits.findIndex(({ sha }) => sha === before.commit);
  const commits = new Set(mainline.commits.slice(0, end < 0 ? undefined : end).map(({ sha }) => sha));
  const [effects, judged] = await Promise.all([
    readEffects(reviewed, place),
    readFindings(after, mainline, ({ sha }) => commits.has(sha)),
  ]);
  const findings: Found[] = [...(onlyEnvironments ? findCode(reviewed) : []), ...judged];
  const isRefused = findings.some(({ severity }) => severity === 'breach');
  const isBroken = effects.some(({ now }) => now instanceof Failure);
  const told = { effects, findings, verdict: isRefused ? 'The rules refuse it.' : 'The rules allow it.' };
  const note = formatMarkdown(told);
  await announce(place, scratch.remote.address, { review: note });
  return {
    document: {
      branch: place.branch,
      allowed: !isRefused,
      environments: effects.map((effect) => ({
        ...effect,
        now: toDocument(effect.now),
        later: toDocument(effect.later),
      })),
      findings: findings.map(({ severity, environment, rule, message }) => ({ severity, environment, rule, message })),
    },
    text: markdown ? note : formatText(told),
    exitCode: isRefused ? exitCode.refused : isBroken ? exitCode.input : exitCode.done,
  };
}

/** What has the name of a delivery is neither checked nor built, so it may be nothing else. */
function findCode({ roots }: Reviewed): Found[] {
  const names = roots.filter((name) => name !== environmentsFolder).map(toLine);
  if (names.length === 0) return [];
  const message = `It is called as a delivery is, and changes ${names.join(', ')}, which would be neither checked nor built.`;
  const wayOut =
    'Give the branch of a merge request another name; for what is on the branch already, run its pipeline by hand.';
  return [breach(everyEnvironment, 'code', `${message}\n${wayOut}`)];
}

/** What a review comes to. */
interface Told {
  effects: readonly Effect[];
  findings: readonly Found[];
  verdict: string;
}

// Bytes. GitLab takes a note of a million characters; so much of each difference is enough for one.
const shownOfEach = 50_000;

/** A review for the log of a job, whose end is what is seen first. */
function formatText({ effects, findings, verdict }: Told): string {
  const differences = effects.flatMap(listShown).map(({ title, shown }) => [title, ...colourObjects(shown)].join('\n'));
  const sentences = effects.flatMap(listSentences).join('\n');
  return [...differences, sentences, ...findings.map(formatFound), verdict].join('\n\n');
}

/** The same as Markdown, for a note. */
function formatMarkdown({ effects, findings, verdict }: Told): string {
  const quoted = findings.map((one) => ({ ...one, message: one.message.split('\n').map(quoteText).join('\n') }));
  const sentences = [...effects.flatMap(listSentences), ...quoted.map(formatFound)];
  const list = sentences.map((sentence) => `- ${sentence.replaceAll('\n', '\n  ')}`).join('\n');
  const differences = effects.flatMap(listShown).map(({ title, shown }) => formatDetails(title, shown, shownOfEach));
  return [`**${verdict}**`, list, ...differences].join('\n\n');
}

/** The differences that there is something to show of, each with what it is. */
function listShown({ environment, now, later }: Effect) {
  return Object.entries({ 'at once': now, 'later, with the release': later }).flatMap(([when, shown]) =>
    shown && !(shown instanceof Failure) && shown.objects.length > 0
      ? [{ title: `${environment}, ${when}`, shown }]
      : [],
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
