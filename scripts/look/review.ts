import { readMainline } from '../branch/mainline.ts';
import { openRemote, readTip } from '../branch/open.ts';
import type { Place } from '../branch/place.ts';
import { readReviewed } from '../branch/reviewed.ts';
import type { Scratch } from '../git/scratch.ts';
import { breach, everyEnvironment } from '../release/finding.ts';
import type { Found } from '../release/finding.ts';
import { environmentsFolder } from '../release/flow.ts';
import { toLine } from '../release/line.ts';
import { exitCode } from '../shell/failure.ts';
import type { Answer } from './answer.ts';
import { readFindings } from './findings.ts';

interface ReviewOptions {
  /** Whether nothing outside of the environments may be changed, as by a delivery. */
  onlyEnvironments: boolean;
}

/** Tells whether the rules allow now what a checkout would bring to the branch. */
export async function review(place: Place, { onlyEnvironments }: ReviewOptions): Promise<Answer> {
  await using scratch = await openRemote(place, { history: 'trees' });
  const { before, after } = await readReviewed(scratch, await readTip(scratch, place), place);
  const mainline = await readMainline(scratch, after, { branch: place.branch, now: place.now() });
  const end = mainline.commits.findIndex(({ sha }) => sha === before);
  const commits = mainline.commits.slice(0, end < 0 ? undefined : end);
  const reviewed = new Set(commits.map(({ sha }) => sha));
  const findings: Found[] = await readFindings(scratch, mainline, ({ sha }) => reviewed.has(sha));
  const all = [...(onlyEnvironments ? await findCode(scratch, before, after.commit) : []), ...findings];
  const isRefused = all.some(({ severity }) => severity === 'breach');
  return {
    document: {
      branch: place.branch,
      allowed: !isRefused,
      findings: all.map(({ severity, environment, rule, message }) => ({
        severity,
        environment,
        rule,
        message,
      })),
    },
    text: [...all.map(formatFound), isRefused ? 'The rules refuse it.' : 'The rules allow it.'].join('\n\n'),
    exitCode: isRefused ? exitCode.refused : exitCode.done,
  };
}

/** What has the name of a delivery is neither checked nor built, so it may be nothing else. */
async function findCode({ git }: Scratch, before: string, after: string): Promise<Found[]> {
  const changed = await git.read(['diff-tree', '--name-only', '--no-renames', '-z', before, after]);
  const names = changed.split('\0').filter((name) => name !== '' && name !== environmentsFolder);
  if (names.length === 0) return [];
  const message = `It is called as a delivery is, and changes ${names.map(toLine).join(', ')}, which would be neither checked nor built.`;
  const wayOut =
    'Give the branch of a merge request another name; for what is on the branch already, run its pipeline by hand.';
  return [breach(everyEnvironment, 'code', `${message}\n${wayOut}`)];
}

function formatFound({ severity, environment, rule, message }: Found): string {
  return `${severity}: ${toLine(environment)}: ${rule}\n  ${message.replaceAll('\n', '\n  ')}`;
}
