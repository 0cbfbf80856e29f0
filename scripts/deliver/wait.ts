import { readPast } from '../branch/past.ts';
import { openRemote, readTip } from '../branch/place.ts';
import { announce, type News } from '../gitlab/announce.ts';
import { readIdentity } from '../git/checkout.ts';
import { swapNotes } from '../git/compare-and-swap.ts';
import { readObjects } from '../git/git.ts';
import { listNotes } from '../git/notes.ts';
import type { Scratch } from '../git/scratch.ts';
import type { Answer } from '../look/answer.ts';
import type { Goal } from '../look/sight.ts';
import { watch, type Watched, type WatchOptions } from '../look/watch.ts';
import { flowPath } from '../release/flow.ts';
import { isSameImage } from '../release/image.ts';
import { toLine } from '../release/line.ts';
import { valuesPath } from '../release/values.ts';
import { formatVerdict, parseVerdicts, type Verdict } from '../release/verdict.ts';
import { Failure } from '../shell/failure.ts';
import { typed } from '../shell/typed.ts';
import { nameActor, type DeliveryPlace } from './deliver.ts';
import { goBack } from './rollback.ts';

// Characters of the reason that a release which is not healthy gives for its way back.
const longestReason = 500;

type Found = NonNullable<Watched['verdict']>;

export interface WaitOptions extends WatchOptions {
  /** Whether the environment goes back where the verdict is that its release has failed. */
  orRollback?: boolean;
}

/** Waits until what an environment is to run is healthy or overtaken, or fails, and keeps what Argo CD said of it. */
export async function wait(place: DeliveryPlace, name: string, options: WaitOptions): Promise<Answer> {
  await using scratch = await openRemote(place, { history: 'trees' });
  const watched = await watch(scratch, place, name, options);
  const { goal, verdict, end } = watched;
  const isKept = verdict !== undefined && (await keepVerdict(scratch, place, goal, verdict));
  if (verdict && !place.dryRun) await announce(place, scratch.remote.address, describeVerdict(goal, verdict));
  if (!(end instanceof Failure)) return end;
  throw options.orRollback ? await withWayBack(place, watched, end, isKept) : end;
}

function describeVerdict({ environment, image, commit: sha }: Goal, { state, reasons }: Found): News {
  if (state === 'healthy') return { deployment: { environment, sha, status: 'success' } };
  const line = toLine(`${environment}: ${image.tag} is not healthy: ${reasons.join('; ')}`).slice(0, longestReason);
  return { line, deployment: { environment, sha, status: 'failed' } };
}

/** The failure, with what became of the way back. */
async function withWayBack(place: DeliveryPlace, { goal, verdict }: Watched, end: Failure, isKept: boolean) {
  const { environment, image } = goal;
  const add = (words: string, hint = end.hint) =>
    new Failure(end.code, `${end.message}\n${words}`, hint, { cause: end });
  const stays = (why: string) => add(`${environment} does not go back: ${why}`);
  if (!verdict) return stays('no verdict says that the release itself has failed.');
  // The audit excuses by the note that nothing holds it.
  if (!isKept) return stays('the verdict could not be kept.');
  try {
    const reason = `${image.tag} is not healthy: ${verdict.reasons.join('; ')}`.slice(0, longestReason);
    const { outcome, to, commit } = await goBack(place, environment, image, reason);
    if (outcome !== 'changed') return stays(`it runs ${to?.tag ?? 'nothing'} by now.`);
    const back = commit === undefined ? 'would go back' : `goes back by commit ${commit}`;
    const told = `${environment} ${back} to ${String(to?.tag)}, and is not held: a newer release may come.`;
    return add(told, `${typed('history', environment)} tells both.`);
  } catch (error) {
    if (error instanceof Failure) return stays(error.message);
    throw error;
  }
}

/** Keeps what was found as a note on the commit that brought the release, and says whether it is there; the log says why not. */
async function keepVerdict(scratch: Scratch, place: DeliveryPlace, goal: Goal, found: Found) {
  const { directory, env, signal, log, now } = place;
  try {
    // As commits tell it, in seconds: no delivery that follows may seem to come before it.
    const since = new Date(Math.floor(now().getTime() / 1000) * 1000);
    const identity = await readIdentity(directory, env, signal);
    const { environment } = goal;
    const verdict = { ...found, environment, since, by: nameActor(identity, env), pipeline: env.CI_PIPELINE_URL };
    const delivery = await findDelivery(scratch, place, goal);
    if (delivery === undefined) return false;
    if (place.dryRun) log(`Would note on ${delivery}:\n\n${formatVerdict(verdict)}`);
    else await swapNotes({ ...place, scratch, identity }, () => plan(scratch, delivery, verdict, goal));
    return true;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    log(`The verdict is not kept as a note: ${toLine(error.message)}`);
    return false;
  }
}

/** The commit that brought what an environment runs, or ran last. */
async function findDelivery(scratch: Scratch, place: DeliveryPlace, { environment, image }: Goal) {
  const tip = await readTip(scratch, place);
  const { ledger } = await readPast(tip, [flowPath, valuesPath(environment)]);
  const { runs } = ledger.recordOf(environment);
  return runs.findLast((run) => isSameImage(run.image, image))?.version.commit.sha;
}

/** Adds a verdict to the note, unless that says the same last. */
async function plan({ git, fetchObjects }: Scratch, delivery: string, verdict: Verdict, { image }: Goal) {
  const blobs = [(await listNotes(git)).get(delivery) ?? []].flat();
  await fetchObjects?.(blobs);
  const [text = ''] = (await readObjects(git, blobs)).values().map(String);
  const { environment, state, since: time } = verdict;
  const last = parseVerdicts(text).findLast((known) => known.environment === environment);
  if (last?.state === state) return { decision: undefined };
  const paragraph = formatVerdict(verdict);
  const note = { on: delivery, text: [text.trimEnd(), paragraph].filter(Boolean).join('\n\n') };
  const title = `verdict(${environment}): ${image.tag} is ${state === 'failed' ? 'not healthy' : state}`;
  return { decision: undefined, change: { message: `${title}\n\n${paragraph}`, time, files: [], note } };
}
