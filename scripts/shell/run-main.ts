import { inspect } from 'node:util';
import { exitCode, Failure } from './failure.ts';
import { useProxies } from './proxies.ts';
import { findMachineFault } from './machine.ts';
import { show, showDocument } from './screen.ts';

/** The exit status that a shell gives to a program ended by the signal. */
const signalStatus = { SIGINT: 130, SIGTERM: 143 };

/**
 * Runs an entry and ends the process with the exit code of what it fails with: the only place where failures are printed.
 * SIGINT and SIGTERM abort the signal that the entry gets, so that it can put away what it made.
 * With `json`, a failure is one JSON document on standard output.
 */
export async function runMain(
  entry: (signal: AbortSignal) => Promise<void>,
  { json = false }: { json?: boolean } = {},
): Promise<void> {
  const controller = new AbortController();
  let interruption: { message: string; status: number } | undefined;
  for (const [signal, status] of Object.entries(signalStatus)) {
    process.once(signal, () => {
      interruption ??= { message: `Interrupted by ${signal}.`, status };
      controller.abort(new Error(interruption.message));
    });
  }
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that closes the pipe early, such as head, does not change what is done or the exit code.
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    useProxies(process.env);
    await entry(controller.signal);
  } catch (error) {
    // After an abort other errors follow; the signal is the cause.
    process.exitCode = interruption?.status ?? report(error, json);
    if (interruption) show(interruption.message, process.stderr);
  }
}

function report(error: unknown, json: boolean): number {
  const failure = error instanceof Failure ? error : findMachineFault(error);
  const hint = failure?.hint ?? 'This is a fault of the program: please report it with the lines above.';
  if (json) {
    const message = error instanceof Error ? error.message : String(error);
    showDocument({ error: { code: failure?.code ?? 'fault', message, hint } });
  }
  if (!failure) show(inspect(error), process.stderr);
  else if (!json) show(failure.message, process.stderr);
  if (!failure || !json) show(hint, process.stderr);
  return failure?.exitCode ?? exitCode.fault;
}
