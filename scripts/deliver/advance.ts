import { readPresent } from '../branch/place.ts';
import type { Answer } from '../look/answer.ts';
import { flowPath } from '../release/flow.ts';
import { exitCode, Failure, reach } from '../shell/failure.ts';
import type { DeliveryPlace } from './deliver.ts';
import { formatDelivered, toDocument } from './outcome.ts';
import { promote } from './promote.ts';

/** What became of the promotion to an environment. */
type Advance = Awaited<ReturnType<typeof attemptPromotion>>;

/** Promotes whatever may come to the environments with `auto: true`, in their order; what a rule keeps out is told. */
export async function advance(place: DeliveryPlace): Promise<Answer> {
  const { flow } = await readPresent(place);
  const automatic = flow.environments.filter(({ auto }) => auto);
  const advances = await Array.fromAsync(automatic, ({ name }) => attemptPromotion(place, name));
  const none = `Nothing to do: no environment of ${flowPath} has auto: true.`;
  return { document: advances.map(describe), text: advances.length === 0 ? none : advances.map(format).join('\n') };
}

async function attemptPromotion(place: DeliveryPlace, environment: string) {
  const result = await reach(() => promote(place, environment));
  // A push that the server refuses waits for nothing that comes by itself.
  const isRule = result instanceof Failure && result.exitCode === exitCode.refused && result.code !== 'push-refused';
  if (result instanceof Failure && !isRule) throw result;
  return { environment, result };
}

function describe({ environment, result }: Advance): object {
  if (!(result instanceof Failure)) return toDocument(result);
  const { code, message, hint } = result;
  return { environment, kind: 'promote', outcome: 'refused', error: { code, message, hint } };
}

function format({ environment, result }: Advance): string {
  return result instanceof Failure ? `Nothing comes to ${environment}: ${result.message}` : formatDelivered(result);
}
