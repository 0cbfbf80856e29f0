import { styleText } from 'node:util';
import { readLedger } from '../branch/ledger.ts';
import { readMainline } from '../branch/mainline.ts';
import type { Mainline } from '../git/mainline.ts';
import type { Tip } from '../git/tip.ts';
import { formatAge } from '../release/duration.ts';
import { environmentsFolder, findFreeze } from '../release/flow.ts';
import type { Environment } from '../release/flow.ts';
import type { Window } from '../release/freeze.ts';
import { holdPath, parseHold } from '../release/hold.ts';
import type { Hold } from '../release/hold.ts';
import { attempt, findPresentRun } from '../release/ledger.ts';
import type { Run } from '../release/ledger.ts';
import { toLine } from '../release/line.ts';
import { strayFile } from '../release/strays.ts';
import { exitCode, Failure } from '../shell/failure.ts';
import { fitTable } from '../shell/table.ts';
import type { Answer } from './answer.ts';
import { readLive } from './live.ts';
import type { Live } from './live.ts';
import { openRemote, readTip } from '../branch/open.ts';
import { readBrokenEnvironments, stateOf } from '../branch/environments.ts';
import type { Environments, EnvironmentState } from '../branch/environments.ts';
import type { Place } from '../branch/place.ts';

interface Row {
  name: string;
  /** Undefined where its values cannot be read. */
  state: EnvironmentState | undefined;
  /** What is wrong with its files. */
  fault: Failure | undefined;
  run: Run | undefined;
  subject: string | undefined;
  behind: number | undefined;
  hold: Hold | undefined;
  freeze: Window | undefined;
  live: Live | undefined;
}

/**
 * Tells for each environment what it runs, since when and by whom, how far behind it is, and what holds it. What is
 * broken is told in its place, and hides nothing else.
 */
export async function status(place: Place, columns: number): Promise<Answer> {
  await using scratch = await openRemote(place, { history: 'trees' });
  const tip = await readTip(scratch, place);
  const now = place.now();
  const environments = await readBrokenEnvironments(scratch, tip, { branch: place.branch, now });
  const faults = [...environments.strays.map(strayFile), ...environments.faults];
  for (const { message, hint } of faults) place.log(`${message}\n${hint}`);
  const mainline = await readMainline(scratch, tip, { branch: place.branch, now });
  const ledger = await readLedger(scratch, mainline);
  const looks = environments.flow.environments.map((environment) => lookAt(environments, environment));
  const states = looks.map(({ state }) => state).filter((state) => state !== undefined);
  const live = await readLive(place, tip, states);
  const code = await findCode(tip, mainline, states);
  const rows = looks.map(({ environment: { name, from }, state, hold, fault }): Row => {
    const source = states.find(({ environment }) => environment.name === from);
    const record = ledger.recordOf(name);
    const position = state?.image && mainline.find(state.image);
    return {
      name,
      state,
      fault,
      run: state?.image && findPresentRun(record),
      subject: position === undefined ? undefined : mainline.commits[position]?.subject,
      behind: countBehind(
        { mainline, code },
        position,
        from === undefined ? 0 : source?.image && mainline.find(source.image),
      ),
      // A hold that nobody can read holds nevertheless.
      hold: hold instanceof Failure ? record.hold : hold,
      freeze: findFreeze(environments.flow, name, now),
      live: live.get(name),
    };
  });
  const isBroken = faults.length > 0 || rows.some(({ fault }) => fault);
  return {
    document: rows.map(toDocument),
    text: formatRows(rows, now, columns),
    exitCode: isBroken ? exitCode.input : exitCode.done,
  };
}

/** An environment as far as its files can be read. */
function lookAt(environments: Environments, environment: Environment) {
  const state = attempt(() => stateOf(environments, environment.name));
  const holdFile = environments.files.get(holdPath(environment.name));
  const hold = attempt(() => holdFile && parseHold(holdFile));
  const fault = [state, hold].find((read) => read instanceof Failure);
  return { environment, state: state instanceof Failure ? undefined : state, hold, fault };
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

function toDocument({ name, state, fault, run, behind, hold, freeze, live }: Row): object {
  return {
    name,
    tag: state?.image?.tag ?? '',
    digest: state?.image?.digest ?? '',
    revision: state?.image?.revision ?? '',
    commit: run?.version.commit.sha ?? null,
    since: run?.since.toISOString() ?? null,
    by: run?.version.by ?? null,
    behind: behind ?? null,
    hold: hold ?? null,
    freeze: freeze ? { from: freeze.from, to: freeze.to, reason: freeze.reason } : null,
    // Only where Argo CD was asked.
    ...(live && { live }),
    // Only where something is broken.
    ...(fault && { fault: { code: fault.code, message: fault.message, hint: fault.hint } }),
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
  const cells = rows.map(({ name, state, fault, run, subject, behind, hold, freeze, live }) => [
    name,
    state?.image?.tag ?? '-',
    subject ?? '-',
    run ? formatAge(run.since, now) : '-',
    run?.version.by ?? '-',
    behind === undefined ? '-' : String(behind),
    formatState(fault, hold, freeze),
    ...(isLive ? [formatLive(live)] : []),
  ]);
  return fitTable([heading, ...cells], heading.indexOf('SUBJECT'), columns);
}

function formatLive(live: Live | undefined): string {
  if (!live) return '-';
  if (live.asInGit) return live.state;
  return styleText('yellow', `${live.asInGit === undefined ? 'unknown' : 'not as in Git'}: ${live.state}`);
}

function formatState(fault: Failure | undefined, hold: Hold | undefined, freeze: Window | undefined): string {
  const broken = fault && styleText('red', toLine(`${fault.message} ${fault.hint}`));
  const held = hold && styleText('red', `held by ${hold.by}: ${hold.reason}`);
  const frozen = freeze && styleText('cyan', `frozen until ${freeze.to.toISOString()}: ${freeze.reason}`);
  return [broken, held, frozen].filter(Boolean).join('; ') || styleText('green', 'open');
}
