import { resolve } from 'node:path';
import { Failure } from '../shell/failure.ts';
import { parseAddress, type Address, type Credential } from './address.ts';
import { selectSettings, type Checkout } from './checkout.ts';
import { openGit, type GitOptions, type Setting } from './git.ts';

/** Where the branch lives, and what git needs to get there. */
export type Remote = Awaited<ReturnType<typeof readRemote>>;

// How this checkout reaches its servers: proxies, certificates, keys, helpers.
const transport = /^(http|ssh|protocol|credential)\.|^core\.(sshcommand|gitproxy|askpass)$/;
// The part of it that is a credential or finds one, which would contradict a token of our own.
const authentication = /^credential\.|^core\.askpass$|^http\.(.*\.)?(extraheader|cookiefile)$/;
// Git sends a header also to where the first answer of the server redirects.
const header = /^http\.(.*\.)?extraheader$/i;
const redirection = /^http\.(.*\.)?followredirects$/;
// How the section of a remote says that it is reached.
const ofRemote = /\.(proxy|proxyauthmethod|uploadpack|receivepack)$/;

/**
 * Reads how a remote of the checkout is reached. The credential, GITOPS_PUSH_TOKEN before CI_JOB_TOKEN before a
 * password in the remote's address, becomes a header in git's environment: no argument and no message shows it, and
 * it goes to the host that is pushed to alone.
 * @throws {Failure} `unknown-remote` when the checkout has none of that name, or at no address.
 */
export async function readRemote(checkout: Checkout, name: string, env: NodeJS.ProcessEnv) {
  const token = findToken(env);
  const [fetch, push] = await Promise.all([readAddress(checkout, name), readAddress(checkout, name, '--push')]);
  const credentials = new Map<string, Credential>();
  for (const { origin, credential } of [fetch, push]) {
    const chosen = origin === push.origin ? (token ?? credential) : credential;
    if (origin !== undefined && chosen) credentials.set(origin, chosen);
  }
  const headers = Array.from(credentials, ([origin, { user, password }]) => {
    const value = Buffer.from(`${user}:${password}`).toString('base64');
    return [`http.${origin}/.extraHeader`, `Authorization: Basic ${value}`] as const;
  });
  const way = readWay(checkout, name);
  const anonymous = way.filter(([key]) => !authentication.test(key) && !redirection.test(key));
  const chosen = headers.length > 0 ? [...anonymous, ...headers] : way;
  const addresses: Setting[] = [
    ['remote.origin.url', fetch.address],
    ['remote.origin.pushurl', push.address],
  ];
  return {
    /** What the checkout calls it. */
    name,
    /** For messages: the address, without a password. */
    address: fetch.shown,
    settings: [...staying(chosen), ...nameUsers([fetch, push]), ...addresses],
    /** The same without a credential. */
    anonymous: [...anonymous, ...addresses],
    secrets: [
      ...headers.map(([, header]) => header.replace(/^.* /, '')),
      ...[...credentials.values()].flatMap(({ password }) => [password, encodeURIComponent(password)]),
      ...fetch.secrets,
      ...push.secrets,
    ],
  };
}

/** The settings, with which Git follows no redirection when they hold a header. */
function staying(settings: readonly Setting[]): Setting[] {
  if (!settings.some(([key]) => header.test(key))) return [...settings];
  return [...settings.filter(([key]) => !redirection.test(key)), ['http.followRedirects', 'false']];
}

function readWay(checkout: Checkout, name: string): Setting[] {
  const section = `remote.${name}.`;
  const ofThis = selectSettings(checkout, ofRemote).filter(([key]) => key.startsWith(section));
  return [
    ...selectSettings(checkout, transport),
    ...ofThis.map(([key, value]) => [`remote.origin.${key.slice(section.length)}`, value] as const),
  ];
}

/** The users that a credential helper is asked about. A name can be a token, so no address shows it. */
function nameUsers(addresses: readonly Address[]): Setting[] {
  return addresses.flatMap(({ origin, user }) =>
    origin !== undefined && user ? [[`credential.${origin}.username`, user] as const] : [],
  );
}

function findToken({ GITOPS_PUSH_TOKEN, CI_JOB_TOKEN }: NodeJS.ProcessEnv): Credential | undefined {
  if (GITOPS_PUSH_TOKEN) return { user: 'oauth2', password: GITOPS_PUSH_TOKEN };
  return CI_JOB_TOKEN ? { user: 'gitlab-ci-token', password: CI_JOB_TOKEN } : undefined;
}

/** Asks Git, since a GitLab runner leaves its password in a rule (`insteadOf`) that rewrites the address. */
async function readAddress({ git, directory }: Checkout, name: string, ...options: string[]): Promise<Address> {
  const { status, stdout } = await git.run(['remote', 'get-url', ...options, '--', name]);
  if (status !== 0) {
    throw new Failure(
      'unknown-remote',
      `${directory} has no remote ${JSON.stringify(name)}.`,
      'git remote -v lists those that it has; name one by --remote.',
    );
  }
  const text = stdout.toString().trimEnd();
  const address = parseAddress(text);
  const isPath = !/^[^/]*:/.test(text);
  const path = resolve(directory, text);
  if (address) return isPath ? { ...address, address: path, shown: path } : address;
  throw new Failure(
    'unknown-remote',
    `The address of the remote ${JSON.stringify(name)} of ${directory} is not a valid URL.`,
    `git remote get-url ${name} shows it, git remote set-url mends it; special characters of a password are written %XX.`,
  );
}

/** @throws {Failure} `usage` when Git allows no branch of that name. */
export async function requireBranchName(name: string, directory: string, options: GitOptions): Promise<void> {
  const { status } = await openGit(directory, options).run(['check-ref-format', `refs/heads/${name}`]);
  // Any other status says nothing about the name.
  if (status !== 1 && !name.startsWith('-')) return;
  throw new Failure(
    'usage',
    `${JSON.stringify(name)} is not a valid name of a branch.`,
    'Name the branch that the deliveries go to by --branch; git branch --remotes lists those of the remote.',
  );
}
