import { readLedger } from '../branch/ledger.ts';
import { readMainline } from '../branch/mainline.ts';
import type { Mainline } from '../git/mainline.ts';
import type { Tip } from '../git/tip.ts';
import { environmentsFolder, findFreeze } from '../release/flow.ts';
import type { Environment } from '../release/flow.ts';
import type { Window } from '../release/freeze.ts';
import { holdPath, parseHold } from '../release/hold.ts';
import type { Hold } from '../release/hold.ts';
import { attempt, findPresentRun } from '../release/ledger.ts';
import type { Run } from '../release/ledger.ts';
import { strayFile } from '../release/strays.ts';
import { exitCode, Failure } from '../shell/failure.ts';
import type { Answer } from './answer.ts';
import { readLive } from './live.ts';
import type { Live } from './live.ts';
import { formatStatus } from './status-table.ts';
import { openRemote, readTip } from '../branch/open.ts';
import { readBrokenEnvironments, stateOf } from '../branch/environments.ts';
import type { Environments, EnvironmentState } from '../branch/environments.ts';
import type { Place } from '../branch/place.ts';

/** What there is to tell of an environment. */
export interface Row {
  name: string;
  /** Undefined where its values cannot be read. */
  state: EnvironmentState | undefined;
  /** What is wrong with its files. */
  fault: Failure | undefined;
  run: Run | undefined;
  subject: string | undefined;
  /** How many commits with code what it takes its releases from is ahead. */
  behind: { what: string; count: number } | undefined;
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
  const { branch } = place;
  const now = place.now();
  const environments = await readBrokenEnvironments(scratch, tip, { branch, now });
  const faults = [...environments.strays.map(strayFile), ...environments.faults];
  for (const { message, hint } of faults) place.log(`${message}\n${hint}`);
  const mainline = await readMainline(scratch, tip, { branch, now });
  const ledger = await readLedger(scratch, mainline);
  const looks = environments.flow.environments.map((environment) => lookAt(environments, environment));
  const states = looks.map(({ state }) => state).filter((state) => state !== undefined);
  const live = await readLive(place, environments, states, mainline);
  const code = await findCode(tip, mainline, states);
  const rows = looks.map(({ environment: { name, from }, state, hold, fault }): Row => {
    const source = states.find(({ environment }) => environment.name === from);
    const record = ledger.recordOf(name);
    const position = state?.image && mainline.find(state.image);
    const ahead = from === undefined ? 0 : source?.image && mainline.find(source.image);
    const count = countBehind({ mainline, code }, position, ahead);
    return {
      name,
      state,
      fault,
      run: state?.image && findPresentRun(record),
      subject: position === undefined ? undefined : mainline.commits[position]?.subject,
      behind: count === undefined ? undefined : { what: from ?? branch, count },
      // A hold that nobody can read holds nevertheless.
      hold: hold instanceof Failure ? record.hold : hold,
      freeze: findFreeze(environments.flow, name, now),
      live: live.get(name),
    };
  });
  const isBroken = faults.length > 0 || rows.some(({ fault }) => fault);
  return {
    document: rows.map(toDocument),
    text: formatStatus(rows, now, columns),
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
    behind: behind?.count ?? null,
    hold: hold ?? null,
    freeze: freeze ? { from: freeze.from, to: freeze.to, reason: freeze.reason } : null,
    // Only where Argo CD was asked.
    ...(live && { live }),
    // Only where something is broken.
    ...(fault && { fault: { code: fault.code, message: fault.message, hint: fault.hint } }),
  };
}
