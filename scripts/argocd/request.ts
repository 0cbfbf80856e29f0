import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import * as http from 'node:http';
import * as https from 'node:https';
import { text } from 'node:stream/consumers';
import { Failure } from '../shell/failure.ts';
import type { ArgoSettings } from './settings.ts';

export interface ArgoOptions {
  /** Milliseconds for one question. */
  timeLimit: number;
  signal: AbortSignal;
}

/** The codes of certificates that are not trusted, for which waiting does not help. */
const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/;

/** Sends a request, and gives the error when no answer comes. Not by fetch, which cannot be told to accept any certificate. */
export async function request(
  method: 'GET' | 'DELETE',
  url: URL,
  { token, isInsecure }: ArgoSettings,
  { timeLimit, signal }: ArgoOptions,
) {
  const limit = AbortSignal.timeout(timeLimit);
  try {
    const call = (url.protocol === 'http:' ? http : https).request(url, {
      method,
      // Argo CD requires it of every method but GET, with a body or without.
      headers: {
        Accept: 'application/json',
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
      },
      rejectUnauthorized: !isInsecure,
      signal: AbortSignal.any([signal, limit]),
    });
    call.end();
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    // The response tells of whatever breaks from here on.
    call.on('error', () => undefined);
    const { statusCode = 0, headers } = response;
    return { status: statusCode, location: headers.location, body: await text(response) };
  } catch (error) {
    signal.throwIfAborted();
    if (limit.aborted) return new Error(`no answer within ${timeLimit / 1000} s`, { cause: error });
    const fault = error as NodeJS.ErrnoException;
    // A name with several addresses fails with an error for each, and no message of its own.
    const reason = fault.message || (fault.code ?? 'unknown');
    if (!certificateCodes.test(fault.code ?? '')) return new Error(reason, { cause: error });
    // The rest of the message is advice about the command line of Node.
    const [words = ''] = fault.message.split(';');
    const hint = 'Name the authority of its certificate by NODE_EXTRA_CA_CERTS, a file in PEM form.';
    throw refused(`The certificate of ${url.host} is not trusted: ${words}.`, hint, error);
  }
}

/** The failure of a question to which Argo CD would answer the same again. */
export function refused(reason: string, hint: string, cause?: unknown): Failure {
  return new Failure('argocd-refused', reason, hint, { cause });
}
