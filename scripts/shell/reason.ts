/** Why something failed: the message of fetch itself is only "fetch failed"; the reason is in the last of its causes. */
export function reasonOf(error: unknown): string {
  if (!Error.isError(error)) return String(error);
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}
