import { resolve } from 'node:path';
import { Failure } from '../shell/failure.ts';
import { selectSettings } from './checkout.ts';
import type { Checkout } from './checkout.ts';
import type { Setting } from './git.ts';

/** Where the branch lives, and what git needs to get there from another folder. */
export interface Remote {
  /** For messages: the address, without a password. */
  address: string;
  settings: readonly Setting[];
  secrets: readonly string[];
}

interface Credential {
  user: string;
  password: string;
}

interface Address {
  address: string;
  /** Scheme and host, for addresses that take a credential. */
  origin?: string;
  credential?: Credential | undefined;
}

// How this checkout reaches its remotes: proxies, certificates, keys, helpers.
const transport = /^(http|ssh|protocol|credential)\.|^core\.(sshcommand|gitproxy)$/;
// What of that would contradict a token of our own.
const authentication = /^credential\.|^http\.(.*\.)?(extraheader|cookiefile)$/;

/**
 * Reads how a remote of the checkout is reached. The credential, GITOPS_PUSH_TOKEN before CI_JOB_TOKEN before a
 * password in the remote's address, becomes a header in git's environment: no argument and no message shows it.
 * @throws {Failure} `unknown-remote` when the checkout has none of that name.
 */
export async function readRemote(checkout: Checkout, name: string, env: NodeJS.ProcessEnv): Promise<Remote> {
  const token = findToken(env);
  const fetch = await readAddress(checkout, name);
  const push = await readAddress(checkout, name, '--push');
  const credentials = new Map<string, Credential>();
  for (const { origin, credential } of [push, fetch]) {
    const chosen = token ?? credential;
    if (origin !== undefined && chosen) credentials.set(origin, chosen);
  }
  const headers = [...credentials].map(([origin, credential]) => [origin, basic(credential)] as const);
  return {
    address: fetch.address,
    settings: [
      ...selectSettings(checkout, transport).filter(([key]) => !headers.length || !authentication.test(key)),
      ...headers.map(
        ([origin, header]) => [`http.${origin}/.extraHeader`, `Authorization: Basic ${header}`] as const,
      ),
      ...pin('remote.origin.url', fetch.address),
      ...pin('remote.origin.pushurl', push.address),
    ],
    secrets: [
      ...headers.map(([, header]) => header),
      ...[...credentials.values()].flatMap(({ password }) => [password, encodeURIComponent(password)]),
    ],
  };
}

function findToken({ GITOPS_PUSH_TOKEN, CI_JOB_TOKEN }: NodeJS.ProcessEnv): Credential | undefined {
  if (GITOPS_PUSH_TOKEN) return { user: 'oauth2', password: GITOPS_PUSH_TOKEN };
  return CI_JOB_TOKEN ? { user: 'gitlab-ci-token', password: CI_JOB_TOKEN } : undefined;
}

/** Asks git, since a GitLab runner leaves its password in a rule (`insteadOf`) that rewrites the address. */
async function readAddress(
  { git, directory }: Checkout,
  name: string,
  ...options: string[]
): Promise<Address> {
  const { status, stdout } = await git.run(['remote', 'get-url', ...options, '--', name]);
  if (status === 0) return parseAddress(stdout.toString().trimEnd(), directory);
  throw new Failure(
    'unknown-remote',
    `${directory} has no remote ${JSON.stringify(name)}.`,
    'git remote -v lists those that it has; name one by --remote.',
  );
}

function parseAddress(text: string, directory: string): Address {
  if (/^https?:\/\//i.test(text)) {
    const url = new URL(text);
    const { origin, username, password } = url;
    if (!password) return { address: text, origin };
    url.username = url.password = '';
    const credential = { user: decodeURIComponent(username), password: decodeURIComponent(password) };
    return { address: url.href, origin, credential };
  }
  const isPath = !/^[^/]*:/.test(text);
  return { address: isPath ? resolve(directory, text) : text };
}

/**
 * Settings by which a remote has just this address. Git applies the user's own rules (`insteadOf`) to an address that
 * it is given, and from them this one could get back the password, as an argument, that was taken out of it.
 */
function pin(key: string, address: string): Setting[] {
  const name = `pinned:${key}`;
  return [
    [key, name],
    [`url.${address}.insteadOf`, name],
  ];
}

function basic({ user, password }: Credential): string {
  return Buffer.from(`${user}:${password}`).toString('base64');
}
