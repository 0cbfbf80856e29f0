import { readPast, type Past } from '../branch/past.ts';
import { chooseCandidate, listCandidates } from '../release/candidates.ts';
import { findFreeze, type Environment } from '../release/flow.ts';
import { holdPath, parseHold } from '../release/hold.ts';
import { toNames } from '../release/image.ts';
import { attempt, findPresentRun } from '../release/ledger.ts';
import { exitCode, Failure } from '../shell/failure.ts';
import type { Answer } from './answer.ts';
import { readCodeCount, toDocument as describeCandidate } from './candidates.ts';
import { readLive } from './live.ts';
import { formatStatus } from './status-table.ts';
import { proposalsPattern, readProposals } from '../branch/proposals.ts';
import { withoutAddress } from '../release/version.ts';
import { openRemote, readLastTip, type Place } from '../branch/place.ts';
import type { Tip } from '../git/tip.ts';
import { readBrokenEnvironments, stateOf, type Environments } from '../branch/environments.ts';

/**
 * Tells for each environment what it runs, since when and by whom, how far behind it is, and what holds it. What is
 * broken is told in its place, and hides nothing else.
 */
export async function status(place: Place, columns: number): Promise<Answer> {
  await using scratch = await openRemote(place, { history: 'trees' });
  const tip = await readLastTip(scratch, place, [proposalsPattern]);
  const { rows, isBroken } = await readRows(tip, place, await readPast(tip));
  return {
    document: rows.map(toDocument),
    text: formatStatus(rows, tip.now, columns),
    exitCode: isBroken ? exitCode.input : exitCode.done,
  };
}

/** What there is to tell of an environment. */
export type Row = Awaited<ReturnType<typeof readRows>>['rows'][number];

/** Reads a row for each environment from a tip that has come with the proposals, and its past. */
export async function readRows(tip: Tip, place: Place, { mainline, ledger }: Past) {
  const proposals = await readProposals(tip);
  const { branch, now } = tip;
  const environments = await readBrokenEnvironments(tip);
  const faults = [...environments.strays, ...environments.faults];
  for (const { message, hint } of faults) place.log(`${message}\n${hint}`);
  const looks = environments.flow.environments.map((environment) => lookAt(environments, environment));
  const states = looks.map(({ state }) => state).filter((state) => state !== undefined);
  const live = await readLive(place, states, mainline);
  const images = states.map(({ image }) => image);
  const count = await readCodeCount(tip, mainline, images);
  const rows = looks.map(({ environment, state, hold, fault }) => {
    const { name, from } = environment;
    const image = state?.image;
    const release = image && mainline.findCommit(image);
    const source = states.find(({ environment }) => environment.name === from);
    const record = ledger.recordOf(name);
    const behind = count(image, from === undefined ? 'tip' : source?.image);
    const runs = from === undefined ? [] : ledger.recordOf(from).runs;
    const candidates = state ? listCandidates(runs, state, mainline) : [];
    const next = chooseCandidate(candidates, now);
    return {
      name,
      from,
      state,
      fault,
      run: image && findPresentRun(record),
      subject: release?.subject,
      author: release && withoutAddress(release.author),
      // How many commits with code what it takes its releases from is ahead.
      behind: behind === undefined ? undefined : { what: from ?? branch, count: behind },
      // What has run in the environment before and may come, now or later, newest first.
      candidates,
      // What would be promoted, or will be first, and the commits with code that it brings.
      next: next && { candidate: next, commits: count(image, next.image) },
      // A hold that nobody can read holds nevertheless.
      hold: hold instanceof Failure ? record.hold : hold,
      freeze: findFreeze(environments.flow, name, now),
      // The promotions to it that wait for a merge.
      proposals: proposals.filter((proposal) => proposal.environment === name),
      live: live.get(name),
    };
  });
  return { rows, isBroken: faults.length > 0 || rows.some(({ fault }) => fault) };
}

/** An environment as far as its files can be read. */
function lookAt(environments: Environments, environment: Environment) {
  const state = attempt(() => stateOf(environments, environment.name));
  const holdFile = environments.files.get(holdPath(environment.name));
  const hold = attempt(() => holdFile && parseHold(holdFile));
  const fault = [state, hold].find((read) => read instanceof Failure);
  return { environment, state: state instanceof Failure ? undefined : state, hold, fault };
}

function toDocument({ name, state, fault, run, behind, next, hold, freeze, proposals, live }: Row): object {
  return {
    name,
    ...toNames(state?.image),
    commit: run?.version.commit.sha ?? null,
    since: run?.since.toISOString() ?? null,
    by: run?.version.by ?? null,
    behind: behind?.count ?? null,
    next: next ? describeCandidate(next.candidate, next.commits) : null,
    hold: hold ?? null,
    freeze: freeze ? { from: freeze.from, to: freeze.to, reason: freeze.reason } : null,
    proposals: proposals.map(({ branch, tag, by, since }) => ({ branch, tag, by, since })),
    // Only where Argo CD was asked.
    ...(live && { live }),
    // Only where something is broken.
    ...(fault && { fault: { code: fault.code, message: fault.message, hint: fault.hint } }),
  };
}
