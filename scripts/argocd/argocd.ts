import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import * as http from 'node:http';
import * as https from 'node:https';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { toLine } from '../release/line.ts';
import { Failure } from '../shell/failure.ts';
import { answerWithin, type Limits } from '../shell/within.ts';
import { applicationShape, applicationsShape, podsShape } from './application.ts';
import type { ApplicationNames } from './applicationset.ts';
import type { ArgoSettings } from './settings.ts';

/** What Argo CD answers; a failure that may pass by itself is an answer too. */
export type ArgoAnswer<Value> =
  | { kind: 'found'; value: Value }
  /** There is none, or the token may not see it: Argo CD does not tell such a token which. */
  | { kind: 'hidden' | 'missing'; reason: string }
  /** Argo CD could not be reached, or is not well. */
  | { kind: 'failed'; reason: string };

type Method = 'GET' | 'DELETE';
type Names = Pick<ApplicationNames, 'application' | 'project'>;

/** Argo CD, as far as it is asked here. Its methods throw `argocd-refused` when asking again would not help. */
export type Argo = ReturnType<typeof openArgo>;

/** The only door to Argo CD; nothing is asked yet. */
export function openArgo(settings: ArgoSettings, options: Limits) {
  const ask = async <T>(path: string, projects: readonly string[], shape: z.ZodType<T>, method: Method = 'GET') => {
    const url = new URL(`${settings.address}/api/v1/applications${path}`);
    // With the project named, Argo CD tells an Application that is missing from one that is hidden.
    for (const project of projects) url.searchParams.append('project', project);
    try {
      return await judge(url, await request(method, url, settings, options), shape);
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'argocd-unreachable') throw error;
      return { kind: 'failed' as const, reason: error.message };
    }
  };
  return {
    address: settings.address,
    /**
     * The Application as it is. No refresh is asked for: a commit never changes, and each refresh makes Argo CD generate the
     * ApplicationSet twice, which can swallow a webhook that comes just then.
     */
    readApplication: ({ application, project }: Names) => ask(`/${application}`, [project], applicationShape),
    /** The Applications of some projects by their names, as far as the token may see them. */
    listApplications: (projects: readonly string[]) => ask('', projects, applicationsShape),
    /** The pods of the Application, as far as its project lets Argo CD see them. */
    readPods: ({ application, project }: Names) => ask(`/${application}/resource-tree`, [project], podsShape),
    /** Ends the sync that runs; a token that may only get applications is refused. */
    endOperation: ({ application, project }: Names) =>
      ask(`/${application}/operation`, [project], z.unknown(), 'DELETE'),
  };
}

type Reply = Awaited<ReturnType<typeof request>>;

async function judge<Value>({ host }: URL, reply: Reply, shape: z.ZodType<Value>): Promise<ArgoAnswer<Value>> {
  const { status, location, body } = reply;
  const content: unknown = await new Response(body).json().catch(() => undefined);
  const words = said.safeParse(content).data?.message;
  const reason = [`${host} answered ${status}`, words ?? location].filter(Boolean).join(': ');
  if (status === 200) {
    const { success, data } = shape.safeParse(content);
    if (success) return { kind: 'found', value: data };
    return { kind: 'failed', reason: `${host} gave an answer that is not one of Argo CD` };
  }
  if (status === 403) return { kind: 'hidden', reason };
  if (status === 404) return { kind: 'missing', reason };
  // The answer for an operation that is over already is 400.
  if (status === 400 || status === 429 || status >= 500) return { kind: 'failed', reason };
  throw refused(reason, status === 401 ? renewToken : checkAddress);
}

const renewToken =
  'Give ARGOCD_AUTH_TOKEN a token that has not expired: argocd account generate-token --account NAME makes one.';
const checkAddress = 'Give ARGOCD_SERVER the address at which Argo CD answers itself.';
const said = z.object({ message: z.string().transform(toLine) });

/** The codes of certificates that are not trusted, for which waiting does not help. */
const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/;

/**
 * Sends a request. Not by fetch, which cannot be told to accept any certificate.
 * @throws {Failure} `argocd-unreachable` when no answer comes, `argocd-refused` when none can be trusted
 */
export function request(method: Method, url: URL, { token, isInsecure }: ArgoSettings, options: Limits) {
  const ask = async (signal: AbortSignal) => {
    const call = (url.protocol === 'http:' ? http : https).request(url, {
      method,
      // Argo CD requires it of every method but GET, with a body or without.
      headers: { Accept: 'application/json', Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      rejectUnauthorized: !isInsecure,
      signal,
    });
    call.end();
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    // The response tells of whatever breaks from here on.
    call.on('error', () => undefined);
    const { statusCode = 0, headers } = response;
    return { status: statusCode, location: headers.location, body: await text(response) };
  };
  return answerWithin(options, ask, (reason, cause) => {
    if (!certificateCodes.test((cause as NodeJS.ErrnoException).code ?? '')) {
      const hint = 'Check ARGOCD_SERVER and the network of this machine, then run it again.';
      return new Failure('argocd-unreachable', `${url.host}: ${reason}`, hint, { cause });
    }
    // The rest of the message is advice about the command line of Node.
    const [words = ''] = reason.split(';');
    const hint = 'Name the authority of its certificate by NODE_EXTRA_CA_CERTS, a file in PEM form.';
    return refused(`The certificate of ${url.host} is not trusted: ${words}.`, hint, cause);
  });
}

/** The failure of a question to which Argo CD would answer the same again. */
function refused(reason: string, hint: string, cause?: unknown): Failure {
  return new Failure('argocd-refused', reason, hint, { cause });
}
