import { styleText } from 'node:util';
import { readLedger } from '../branch/ledger.ts';
import { readMainline } from '../git/mainline.ts';
import type { Mainline } from '../git/mainline.ts';
import type { Tip } from '../git/tip.ts';
import { formatAge } from '../release/duration.ts';
import { environmentsFolder, findFreeze } from '../release/flow.ts';
import type { Freeze } from '../release/flow.ts';
import type { Hold } from '../release/hold.ts';
import { findPresentRun } from '../release/ledger.ts';
import type { Run } from '../release/ledger.ts';
import { fitTable } from '../shell/table.ts';
import type { Answer } from './answer.ts';
import { readLive } from './live.ts';
import type { Live } from './live.ts';
import { openRemote, readTip } from '../branch/open.ts';
import { holdOf, readEnvironments, stateOf } from '../branch/environments.ts';
import type { EnvironmentState } from '../branch/environments.ts';
import type { Place } from '../branch/place.ts';

interface Row {
  state: EnvironmentState;
  run: Run | undefined;
  subject: string | undefined;
  behind: number | undefined;
  hold: Hold | undefined;
  freeze: Freeze | undefined;
  live: Live | undefined;
}

/** Tells for each environment what it runs, since when and by whom, how far behind it is, and what holds it. */
export async function status(place: Place, columns: number): Promise<Answer> {
  await using scratch = await openRemote(place, { history: 'trees' });
  const tip = await readTip(scratch, place);
  const environments = await readEnvironments(tip);
  const mainline = await readMainline(scratch, tip.commit);
  const states = environments.flow.environments.map(({ name }) => stateOf(environments, name));
  const ledger = await readLedger(scratch, tip);
  const live = await readLive(place, tip, states);
  const code = await findCode(tip, mainline, states);
  const now = place.now();
  const rows = states.map((state): Row => {
    const { name, from } = state.environment;
    const source = states.find(({ environment }) => environment.name === from);
    const run = state.image && findPresentRun(ledger.recordOf(name));
    const position = state.image && mainline.find(state.image);
    return {
      state,
      run,
      subject: position === undefined ? undefined : mainline.commits[position]?.subject,
      behind: countBehind(
        { mainline, code },
        position,
        from === undefined ? 0 : source?.image && mainline.find(source.image),
      ),
      hold: holdOf(state),
      freeze: findFreeze(environments.flow, name, now),
      live: live.get(name),
    };
  });
  return { document: rows.map(toDocument), text: formatRows(rows, now, columns) };
}

/** The commits that change more than environments, down to the oldest release that runs. */
async function findCode(
  tip: Tip,
  mainline: Mainline,
  states: readonly EnvironmentState[],
): Promise<ReadonlySet<string>> {
  const positions = states.map(({ image }) => (image && mainline.find(image)) ?? 0);
  const commits = mainline.commits.slice(0, Math.max(...positions));
  return new Set((await tip.keepOutside(commits, environmentsFolder)).map(({ sha }) => sha));
}

/** How many commits with code are between what runs and what could. */
function countBehind(
  { mainline, code }: { mainline: Mainline; code: ReadonlySet<string> },
  running: number | undefined,
  ahead: number | undefined,
): number | undefined {
  if (running === undefined || ahead === undefined) return undefined;
  return mainline.commits.slice(ahead, running).filter(({ sha }) => code.has(sha)).length;
}

function toDocument({ state: { environment, image }, run, behind, hold, freeze, live }: Row): object {
  return {
    name: environment.name,
    tag: image?.tag ?? '',
    digest: image?.digest ?? '',
    revision: image?.revision ?? '',
    commit: run?.version.commit.sha ?? null,
    since: run?.since.toISOString() ?? null,
    by: run?.version.by ?? null,
    behind: behind ?? null,
    hold: hold ?? null,
    freeze: freeze ? { from: freeze.from, to: freeze.to, reason: freeze.reason } : null,
    // Only where Argo CD was asked.
    ...(live && { live }),
  };
}

function formatRows(rows: readonly Row[], now: Date, columns: number): string {
  const isLive = rows.some(({ live }) => live);
  const heading = [
    'ENVIRONMENT',
    'RELEASE',
    'SUBJECT',
    'SINCE',
    'BY',
    'BEHIND',
    'STATE',
    ...(isLive ? ['LIVE'] : []),
  ];
  const cells = rows.map(({ state: { environment, image }, run, subject, behind, hold, freeze, live }) => [
    environment.name,
    image?.tag ?? '-',
    subject ?? '-',
    run ? formatAge(run.since, now) : '-',
    run?.version.by ?? '-',
    behind === undefined ? '-' : String(behind),
    formatState(hold, freeze),
    ...(isLive ? [formatLive(live)] : []),
  ]);
  return fitTable([heading, ...cells], heading.indexOf('SUBJECT'), columns);
}

function formatLive(live: Live | undefined): string {
  if (!live) return '-';
  if (live.asInGit) return live.state;
  return styleText('yellow', `${live.asInGit === undefined ? 'unknown' : 'not as in Git'}: ${live.state}`);
}

function formatState(hold: Hold | undefined, freeze: Freeze | undefined): string {
  const held = hold && styleText('red', `held by ${hold.by}: ${hold.reason}`);
  const frozen = freeze && styleText('cyan', `frozen until ${freeze.to.toISOString()}: ${freeze.reason}`);
  return [held, frozen].filter(Boolean).join('; ') || styleText('green', 'open');
}
