import { formatAge, formatMinute } from '../release/duration.ts';
import { findPerson } from '../release/version.ts';
import { toLine } from '../release/line.ts';
import { fitTable } from '../shell/table.ts';
import { formatRipe } from './candidates.ts';
import type { Live } from './live.ts';
import type { Row } from './status.ts';
import { paint } from '../shell/screen.ts';

/** The table of all environments: a line each, and below it a line for each thing that needs a sentence. */
export function formatStatus(rows: readonly Row[], now: Date, columns: number): string {
  const shown = table.filter(({ isShown }) => !isShown || rows.some(isShown));
  const headings = shown.map(({ heading }) => heading);
  const cells = rows.map((row) => shown.map(({ cell }) => cell(row, now)));
  const notes = rows.map((row) => listNotes(row, now));
  return fitTable([headings, ...cells], headings.indexOf('SUBJECT'), columns, notes);
}

interface Column {
  heading: string;
  cell: (row: Row, now: Date) => string;
  /** Whether a row needs the column; one that no row needs is left out. */
  isShown?: (row: Row) => boolean;
}

const table: readonly Column[] = [
  { heading: 'ENVIRONMENT', cell: ({ name }) => name },
  { heading: 'RELEASE', cell: ({ state }) => state?.image?.tag ?? '-' },
  { heading: 'SUBJECT', cell: ({ subject }) => subject ?? '-' },
  { heading: 'SINCE', cell: ({ run }, now) => (run ? formatAge(run.since, now) : '-') },
  { heading: 'BY', cell: ({ run }) => (run ? findPerson(run.version) : '-') },
  { heading: 'BEHIND', cell: ({ behind }) => (behind ? `${behind.what} by ${behind.count}` : '-') },
  { heading: 'NEXT', cell: formatNext },
  { heading: 'STATE', cell: formatState },
  { heading: 'LIVE', cell: ({ live }) => formatLive(live), isShown: ({ live }) => live !== undefined },
];

function formatNext({ next }: Row, now: Date): string {
  if (!next) return '-';
  const { candidate, commits } = next;
  const gain = commits === undefined ? [] : [`+${commits}`];
  return [candidate.image.tag, ...gain, formatRipe(candidate, now)].join(' ');
}

function formatState({ fault, hold, freeze }: Row): string {
  const words = [fault && paint('red', 'broken'), hold && paint('red', 'held'), freeze && paint('cyan', 'frozen')];
  return words.filter(Boolean).join(', ') || paint('green', 'open');
}

function formatLive(live: Live | undefined): string {
  if (!live) return '-';
  if (live.asInGit === undefined) return paint('yellow', 'unknown');
  if (!live.asInGit) return paint('yellow', 'not as in Git');
  return live.healthy ? paint('green', 'healthy') : paint('yellow', 'not healthy');
}

/** The reasons for what the row says. Why something is unknown is logged, once for all environments. */
function listNotes({ fault, hold, freeze, proposals, live }: Row, now: Date): string[] {
  const isUnwell = live?.asInGit !== undefined && !(live.asInGit && live.healthy);
  return [
    ...(fault ? [`broken: ${toLine(`${fault.message} ${fault.hint}`)}`] : []),
    ...(hold ? [`held by ${hold.by} for ${formatAge(hold.since, now)}: ${hold.reason}`] : []),
    ...(freeze ? [`frozen for ${formatAge(now, freeze.to)}, until ${formatMinute(freeze.to)}: ${freeze.reason}`] : []),
    ...proposals.map(({ branch, tag, by, since }) => {
      return `proposed by ${by} for ${formatAge(since, now)}: ${tag}, by the branch ${branch}`;
    }),
    ...(isUnwell ? [`live: ${live.state}`] : []),
  ];
}
