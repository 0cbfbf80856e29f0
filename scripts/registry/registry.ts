import { Failure } from '../shell/failure.ts';
import type { Digest } from '../release/image.ts';

/** What publishing asks of a repository of a registry, whatever its kind. */
export interface Registry {
  /** The digest of what the tag names: an image, or a chart. */
  findDigest(tag: string): Promise<Digest | undefined>;
  /** Makes the repository ready for a push, and gives `user:password` in base64, as an auth file has it. */
  authorizePush(): Promise<string>;
}

/** How a registry is asked. */
export interface Dialogue {
  /** Ends every question when aborted. */
  signal?: AbortSignal | undefined;
  /** Milliseconds that the registry has for each answer, all attempts together. */
  timeLimit: number;
}

/** Gets one answer of a registry within the time limit, and keeps the errors of the call as they are. */
export async function answerWithin<Answer>(
  host: string,
  { signal, timeLimit }: Dialogue,
  call: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const limit = AbortSignal.timeout(timeLimit);
  try {
    return await call(signal ? AbortSignal.any([signal, limit]) : limit);
  } catch (error) {
    signal?.throwIfAborted();
    if (limit.aborted) throw unreachable(host, `no answer within ${timeLimit / 1000} s`, error);
    throw error;
  }
}

/** The failure of a registry that gave no answer, or none that can be used. */
export function unreachable(host: string, reason: string, cause: unknown): Failure {
  return new Failure(
    'registry-unreachable',
    `${host} could not be asked: ${reason}.`,
    'Check the address and the network of this machine, then run the job again.',
    { cause },
  );
}
