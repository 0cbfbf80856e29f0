import { openRemote } from '../branch/open.ts';
import type { Answer } from '../look/answer.ts';
import { watch } from '../look/watch.ts';
import type { WatchOptions } from '../look/watch.ts';
import { Failure } from '../shell/failure.ts';
import type { DeliveryPlace } from './deliver.ts';
import { keepVerdict } from './verdict.ts';

/**
 * Waits until what an environment is to run is healthy, or has been overtaken, and keeps what Argo CD said of it.
 * @throws {Failure} `unhealthy`, `gone-back`, `argocd-refused` or `argocd-unreachable` when it does not come to that.
 */
export async function wait(place: DeliveryPlace, name: string, options: WatchOptions): Promise<Answer> {
  await using scratch = await openRemote(place, { history: 'trees' });
  const { goal, verdict, end } = await watch(scratch, place, name, options);
  if (verdict) await keepVerdict(scratch, place, goal, verdict);
  if (end instanceof Failure) throw end;
  return end;
}
