import { readLedger } from '../branch/ledger.ts';
import { readMainline } from '../branch/mainline.ts';
import { readTip } from '../branch/open.ts';
import { readIdentity } from '../git/checkout.ts';
import { swapNotes, type Plan } from '../git/compare-and-swap.ts';
import { listNotes, readNotes } from '../git/notes.ts';
import type { Scratch } from '../git/scratch.ts';
import type { Goal } from '../look/goal.ts';
import { flowPath } from '../release/flow.ts';
import { isSameImage } from '../release/image.ts';
import { toLine } from '../release/line.ts';
import { valuesPath } from '../release/values.ts';
import { formatVerdict, parseVerdicts, type Verdict } from '../release/verdict.ts';
import { Failure } from '../shell/failure.ts';
import { nameActor, type DeliveryPlace } from './deliver.ts';

type Goals = Pick<Goal, 'environment' | 'image'>;

/**
 * Keeps what was found of a release as a note on the commit that brought it, and says whether the note is there. Where that
 * fails it is told in a line: what was found stands nevertheless.
 */
export async function keepVerdict(
  scratch: Scratch,
  place: DeliveryPlace,
  goal: Goals,
  found: Pick<Verdict, 'state' | 'reasons'>,
): Promise<boolean> {
  const { directory, env, signal, log, now } = place;
  try {
    // As commits tell it, in seconds: no delivery that follows may seem to come before it.
    const since = new Date(Math.floor(now().getTime() / 1000) * 1000);
    const identity = await readIdentity(directory, env, signal);
    const facts = { by: nameActor(identity, env), pipeline: env.CI_PIPELINE_URL };
    const verdict = { ...found, ...facts, environment: goal.environment, since };
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
async function findDelivery(
  scratch: Scratch,
  { now, ...place }: DeliveryPlace,
  { environment, image }: Goals,
): Promise<string | undefined> {
  const tip = await readTip(scratch, { ...place, now });
  const mainline = await readMainline(scratch, tip, { branch: place.branch, now: now() });
  const ledger = await readLedger(scratch, mainline, [flowPath, valuesPath(environment)]);
  const { runs } = ledger.recordOf(environment);
  return runs.findLast((run) => isSameImage(run.image, image))?.version.commit.sha;
}

/** Adds a verdict to the note, unless that says the same last. */
async function plan(
  { git, fetchObjects }: Scratch,
  delivery: string,
  verdict: Verdict,
  { image }: Goals,
): Promise<Plan<undefined>> {
  const blobs = (await listNotes(git)).get(delivery) ?? [];
  await fetchObjects?.(blobs);
  const text = (await readNotes(git, new Map([[delivery, blobs]]))).get(delivery) ?? '';
  const { environment, state, since: time } = verdict;
  const last = parseVerdicts(text).findLast((known) => known.environment === environment);
  if (last?.state === state) return { decision: undefined };
  const paragraph = formatVerdict(verdict);
  const note = { on: delivery, text: [text.trimEnd(), paragraph].filter(Boolean).join('\n\n') };
  const title = `verdict(${environment}): ${image.tag} is ${state === 'failed' ? 'not healthy' : state}`;
  return { decision: undefined, change: { message: `${title}\n\n${paragraph}`, time, files: [], note } };
}
