import { holdOf } from '../branch/environments.ts';
import { readPast } from '../branch/past.ts';
import { findRelease, listGains, listOlder, requireRelease, type Release } from '../branch/releases.ts';
import type { CommitLine } from '../git/commit-line.ts';
import type { Tip } from '../git/tip.ts';
import { isSameImage, type Image, type Tag } from '../release/image.ts';
import { findRunOf, type Run } from '../release/ledger.ts';
import { toLine } from '../release/line.ts';
import { refusals } from '../release/refusals.ts';
import { judgeRollback } from '../release/rules.ts';
import { Failure } from '../shell/failure.ts';
import { typed } from '../shell/typed.ts';
import { deliver, type Decision, type DeliveryPlace, type Outlook } from './deliver.ts';

/**
 * Returns an environment to a release that it ran, the one before the present one unless told, and holds it there. Who does
 * it again goes back further; two who do it at once do not.
 */
export async function rollback(place: DeliveryPlace, name: string, options: { to: Tag | undefined; reason: string }) {
  const { to: tag, reason } = options;
  let heldAtFirst: boolean | undefined;
  const decide = async (outlook: Outlook): Promise<Decision> => {
    const runs = await readRuns(outlook);
    const { tip, state, actor } = outlook;
    const hold = holdOf(state);
    heldAtFirst ??= hold !== undefined;
    const run = tag && findRunOf(runs, tag);
    const to = tag ? run && (await requireRelease(tip, run.image)) : await findFirst(listOlder(tip, runs, state.image));
    if (!to && tag !== undefined) throw refusals.neverRan(name, tag);
    if (!to) throw nothingToRollBack(name, `${name} has run nothing before ${state.image?.tag ?? 'now'}.`);
    if (hold && tag === undefined && !(heldAtFirst && hold.by === toLine(actor)))
      throw refusals.held('held', name, hold);
    return decideReturn(outlook, { to, runs, reason, holds: true });
  };
  return deliver(place, { kind: 'rollback', environment: name, decide, history: 'trees' });
}

/**
 * Returns an environment from a release that has failed to the one before it, and holds nothing: what is newer mends it.
 * It is not gone past what a rollback has put in, nor to what has failed itself; what has been healthy stays.
 */
export async function goBack(place: DeliveryPlace, name: string, from: Image, reason: string) {
  const decide = async (outlook: Outlook): Promise<Decision> => {
    const { image } = outlook.state;
    if (!isSameImage(image, from)) return { outcome: 'unchanged', to: image };
    const all = await readRuns(outlook);
    const later = `${from.tag} has been healthy in ${name}, so that what ails it came later.`;
    if (all.at(-1)?.healthy) throw nothingToRollBack(name, later, 'the verdicts');
    const last = all.findLastIndex(({ version }) => version.kind === 'rollback');
    const runs = all.slice(Math.max(last, 0)).filter(({ failed, healthy }) => !failed || healthy);
    const to = await findFirst(listOlder(outlook.tip, runs, image));
    const why = `since the last rollback, ${name} has run nothing before ${from.tag} that has not failed.`;
    if (!to) throw nothingToRollBack(name, why);
    return decideReturn(outlook, { to, runs, reason, holds: false });
  };
  return deliver(place, { kind: 'rollback', environment: name, decide, history: 'trees' });
}

async function readRuns({ tip, state }: Outlook): Promise<readonly Run[]> {
  const { ledger } = await readPast(tip, [state.values.path]);
  return ledger.recordOf(state.environment.name).runs;
}

async function decideReturn(
  { tip, state }: Outlook,
  { to, runs, reason, holds }: { to: Release; runs: readonly Run[]; reason: string; holds: boolean },
): Promise<Decision> {
  const { environment, image } = state;
  const outcome = judgeRollback({ environment, image, hold: holdOf(state) }, to, runs);
  if (outcome !== 'changed') return { outcome, to };
  const commits = await listMoved(tip, image, to);
  const instead = listOlder(tip, runs, image);
  const last = runs.findLastIndex((run) => isSameImage(run.image, to));
  const left = runs.slice(last + 1).map((run) => run.image);
  return { outcome, step: { kind: 'rollback', to, commits, reason, holds, left, instead } };
}

async function findFirst(releases: AsyncIterable<Release>): Promise<Release | undefined> {
  for await (const release of releases) return release;
  return undefined;
}

/** The commits that go, or come back where the environment had gone too far, if what runs is a release. */
async function listMoved(tip: Tip, present: Image | undefined, to: Release): Promise<CommitLine[]> {
  const running = present && (await findRelease(tip, present));
  if (!running) return [];
  const isNewer = (await tip.readHistory()).relate(to.revision, running.revision) === 'newer';
  return isNewer ? listGains(tip, running, to) : listGains(tip, to, running);
}

function nothingToRollBack(name: string, why: string, listed = 'what it ran'): Failure {
  return new Failure('nothing-to-roll-back', why, `${typed('history', name)} lists ${listed}.`);
}
