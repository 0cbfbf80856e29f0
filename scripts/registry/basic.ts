import { z } from 'zod';
import { Failure } from '../shell/failure.ts';
import { isLoopback } from '../shell/loopback.ts';
import { answerWithin, type Limits } from '../shell/within.ts';
import { parseDigest } from '../release/image.ts';
import { type Registry, unreachable } from './registry.ts';
import type { BasicSettings } from './settings.ts';

/** Every kind that a tag can name: a registry may answer 404 for a kind that is not accepted. */
const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');

/**
 * Opens a repository of a registry with user and password, by the HTTP API that registries share
 * (https://distribution.github.io/distribution/spec/api/). The first push creates the repository.
 * Its methods throw `registry-refused` and `registry-unreachable`.
 */
export function openBasic(settings: BasicSettings, limits: Limits): Registry {
  const { host, name, user, password } = settings;
  const credentials = Buffer.from(`${user}:${password}`).toString('base64');
  const basic = `Basic ${credentials}`;

  return {
    async findDigest(tag) {
      const url = new URL(`${isLoopback(host) ? 'http' : 'https'}://${host}/v2/${name}/manifests/${tag}`);
      const head = (Authorization: string) =>
        ask(url, { method: 'HEAD', headers: { Accept: manifestTypes, Authorization } }, limits);
      let answer = await head(basic);
      const realm = answer.status === 401 ? findRealm(answer.headers.get('www-authenticate') ?? '') : undefined;
      if (realm) answer = await head(`Bearer ${await readToken(realm, basic, settings, limits)}`);

      if (answer.status === 404) return undefined;
      requireSuccess(answer, settings);
      const digest = answer.headers.get('docker-content-digest');
      if (digest === null) throw refused(host, `has the tag ${tag}, but names no digest`);
      return parseDigest(digest, `${host}/${name}:${tag}`);
    },

    authorizePush: () => Promise.resolve(credentials),
  };
}

/** The address at which a `Bearer` challenge gives tokens, with the service and the scope that it asks for. */
export function findRealm(challenge: string): URL | undefined {
  if (!/^bearer\s/i.test(challenge)) return undefined;
  const parts = new Map(Array.from(challenge.matchAll(/(\w+)="([^"]*)"/g), ([, key = '', value = '']) => [key, value]));
  const realm = URL.parse(parts.get('realm') ?? '');
  if (realm === null) return undefined;
  for (const key of ['service', 'scope']) {
    const value = parts.get(key);
    if (value !== undefined) realm.searchParams.set(key, value);
  }
  return realm;
}

const tokenAnswer = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** Exchanges the password for a token, for registries that leave the login to another server. */
async function readToken(realm: URL, basic: string, settings: BasicSettings, limits: Limits) {
  const { host } = settings;
  if (realm.protocol !== 'https:' && !isLoopback(realm.host)) {
    throw refused(host, `asks for the password at ${realm.origin}, without TLS`);
  }
  const answer = await ask(realm, { headers: { Authorization: basic } }, limits);
  requireSuccess(answer, settings);
  const { data } = tokenAnswer.safeParse(await answer.json().catch(() => undefined));
  const token = data?.token ?? data?.access_token;
  if (token === undefined) throw refused(realm.host, 'answered without a token');
  return token;
}

function ask(url: URL, init: RequestInit, limits: Limits): Promise<Response> {
  const explain = (reason: string, cause: unknown) => unreachable(url.host, reason, cause);
  return answerWithin(limits, (signal) => fetch(url, { ...init, signal }), explain);
}

function requireSuccess({ ok, status, url }: Response, { user }: BasicSettings): void {
  if (ok) return;
  const { host } = new URL(url);
  if (status >= 500) throw unreachable(host, `it answered ${status}`, undefined);
  const isDenial = status === 401 || status === 403;
  throw refused(host, isDenial ? `refused the user ${JSON.stringify(user)} (${status})` : `answered ${status}`);
}

function refused(host: string, what: string): Failure {
  const hint =
    'Check CI_REGISTRY, CI_REGISTRY_USER and CI_REGISTRY_PASSWORD; a job token lives only as long as its job.';
  return new Failure('registry-refused', `${host} ${what}.`, hint);
}
