import type { Failure } from './failure.ts';

/** How long an answer is waited for. */
export interface Limits {
  /** Ends the wait when aborted. */
  signal?: AbortSignal | undefined;
  /** Milliseconds, all attempts together. */
  timeLimit: number;
}

/**
 * Waits for an answer within a time limit.
 * @throws the reason of the signal when it aborts, else what `explain` makes of why no answer came.
 */
export async function answerWithin<Answer>(
  { signal, timeLimit }: Limits,
  call: (signal: AbortSignal) => Promise<Answer>,
  explain: (reason: string, cause: unknown) => Failure,
): Promise<Answer> {
  const limit = AbortSignal.timeout(timeLimit);
  try {
    return await call(signal ? AbortSignal.any([signal, limit]) : limit);
  } catch (error) {
    signal?.throwIfAborted();
    throw explain(limit.aborted ? `no answer within ${timeLimit / 1000} s` : reasonOf(error), error);
  }
}

/** The message of fetch itself is only "fetch failed"; the reason is in the last of its causes. */
function reasonOf(error: unknown): string {
  if (!Error.isError(error)) return String(error);
  if (error.cause !== undefined) return reasonOf(error.cause);
  // A name with several addresses fails with an error for each, and no message of its own.
  return error.message || ('code' in error ? String(error.code) : error.name);
}
