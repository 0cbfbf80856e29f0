import http from 'node:http';
import { inspect } from 'node:util';
import { exitCode, Failure } from './failure.ts';
import { findMachineFault } from './machine.ts';
import { show, showDocument } from './screen.ts';

/** The exit status that a shell gives to a program ended by the signal. */
const signalStatus = { SIGINT: 130, SIGTERM: 143 };

/**
 * Runs an entry and ends the process with the exit code of what it fails with: the only place where failures are printed.
 * SIGINT and SIGTERM abort the signal that the entry gets, so that it can put away what it made.
 * With `json`, a failure is one JSON document on standard output.
 */
export async function runMain(entry: (signal: AbortSignal) => Promise<void>, { json = false } = {}): Promise<void> {
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
  const { code = 'fault', hint = 'This is a fault of the program: please report it with the lines above.' } =
    failure ?? {};
  const message = Error.isError(error) ? error.message : String(error);
  if (json) showDocument({ error: { code, message, hint } });
  if (!failure) show(inspect(error), process.stderr);
  else if (!json) show(failure.message, process.stderr);
  if (!failure || !json) show(hint, process.stderr);
  return failure?.exitCode ?? exitCode.fault;
}

// As Go's programs do, so that Helm, buildah and this one agree: what is on this machine needs no proxy.
const nearby = ['localhost', '127.0.0.1', '[::1]', '::1'];

/**
 * Lets every HTTP call of this process go through the proxies of HTTPS_PROXY and HTTP_PROXY, but for the hosts of
 * NO_PROXY: by fetch, by the agents that are used unless another is named, and so by the SDK of AWS. Other programs get
 * the variables themselves. Node knows no other proxies than HTTP's: those, such as SOCKS, are left to Git and Helm.
 */
export function useProxies(env: NodeJS.ProcessEnv): void {
  const proxies = ['https_proxy', 'http_proxy'].map((name) => [name, findProxy(env, name)] as const);
  const excepted = [env.no_proxy ?? env.NO_PROXY, ...nearby].filter(Boolean).join(',');
  http.setGlobalProxyFromEnv({ ...Object.fromEntries(proxies), no_proxy: excepted });
}

/** As curl reads it: an address without a scheme is of HTTP. */
function findProxy(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const text = env[name] ?? env[name.toUpperCase()] ?? '';
  const address = /^[a-z0-9]+:\/\//i.test(text) ? text : `http://${text}`;
  return /^https?:$/.test(URL.parse(address)?.protocol ?? '') ? address : undefined;
}
