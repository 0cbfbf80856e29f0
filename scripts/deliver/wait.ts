import { openRemote } from '../branch/open.ts';
import type { Answer } from '../look/answer.ts';
import { watch, type Watched, type WatchOptions } from '../look/watch.ts';
import { Failure } from '../shell/failure.ts';
import type { DeliveryPlace } from './deliver.ts';
import { goBack } from './rollback.ts';
import { keepVerdict } from './verdict.ts';

export interface WaitOptions extends WatchOptions {
  /** Whether the environment goes back where the verdict is that its release has failed. */
  orRollback?: boolean;
}

/**
 * Waits until what an environment is to run is healthy, or has been overtaken, and keeps what Argo CD said of it.
 * @throws {Failure} `unhealthy`, `gone-back`, `argocd-refused` or `argocd-unreachable` when it does not come to that.
 */
export async function wait(place: DeliveryPlace, name: string, options: WaitOptions): Promise<Answer> {
  await using scratch = await openRemote(place, { history: 'trees' });
  const watched = await watch(scratch, place, name, options);
  const { goal, verdict, end } = watched;
  const isKept = verdict !== undefined && (await keepVerdict(scratch, place, goal, verdict));
  if (!(end instanceof Failure)) return end;
  throw options.orRollback ? await withWayBack(place, watched, end, isKept) : end;
}

/** The failure, with what became of the way back. */
async function withWayBack(
  place: DeliveryPlace,
  { goal: { environment, image }, verdict }: Watched,
  end: Failure,
  isKept: boolean,
): Promise<Failure> {
  const add = (words: string, hint = end.hint) =>
    new Failure(end.code, `${end.message}\n${words}`, hint, { cause: end });
  const stays = (why: string) => add(`${environment} does not go back: ${why}`);
  if (!verdict) return stays('no verdict says that the release itself has failed.');
  // The audit excuses by the note that nothing holds it.
  if (!isKept) return stays('the verdict could not be kept.');
  try {
    const reason = `${image.tag} is not healthy: ${verdict.reasons.join('; ')}`.slice(0, longestReason);
    const { outcome, to, commit } = await goBack(place, environment, { from: image, reason });
    if (outcome !== 'changed') return stays(`it runs ${to?.tag ?? 'nothing'} by now.`);
    const back = commit === undefined ? 'would go back' : `goes back by commit ${commit}`;
    return add(
      `${environment} ${back} to ${String(to?.tag)}, and is not held: a newer release may come.`,
      `npm run history -- ${environment} tells both.`,
    );
  } catch (error) {
    if (error instanceof Failure) return stays(error.message);
    throw error;
  }
}

const longestReason = 500;
