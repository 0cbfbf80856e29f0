import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Failure } from '../shell/failure.ts';
import { findCommit } from './ancestry.ts';
import { openGit, type Git, type GitOptions, type Setting } from './git.ts';

/** The checkout that the program works for: it is read, and never changed. */
export type Checkout = Awaited<ReturnType<typeof openCheckout>>;

/** Who a commit names as its author and committer, each as `Name <address>`. */
export type Identity = Awaited<ReturnType<typeof readIdentity>>;

// The first version that knows GIT_CONFIG_GLOBAL, which shuts out the settings of the user.
const oldestGit = [2, 32] as const;

/** @throws {Failure} `not-a-repository` with git's own words, `missing-program` where git is too old. */
export async function openCheckout(directory: string, options: GitOptions) {
  const git = openGit(directory, options);
  const [version, place, list] = await Promise.all([
    git.run(['version']),
    git.run([
      ...['rev-parse', '--path-format=absolute', '--show-object-format', '--is-shallow-repository'],
      ...['--git-path', 'objects', '--show-cdup'],
    ]),
    git.run(['config', '--includes', '--list', '-z']),
  ]);
  if (version.status === 0) requireVersion(version.stdout.toString().trim());
  if (place.status !== 0) throw noRepository(directory, place.stderr.trim());
  if (list.status !== 0) throw noRepository(directory, list.stderr.trim());
  // A bare repository has no top, and git gives none.
  const [objectFormat = '', isShallow, objects = '', top = ''] = place.stdout.toString().split('\n');
  const settings = list.stdout.toString().split('\0').filter(Boolean).map(parseSetting);
  const isPartial = settings.some(([key]) => /^remote\..*\.promisor$|^extensions\.partialclone$/.test(key));
  return {
    git,
    /** Its top folder: Git resolves a relative remote, and starts the programs that settings name, from there. */
    directory: resolve(directory, top),
    /** All settings that are in force in it, of every scope. */
    settings,
    /** The folder of its objects, when it has the whole history. */
    objects: isShallow === 'false' && !isPartial ? objects : undefined,
    objectFormat,
  };
}

/** The settings of a checkout whose keys match a form, in their order. */
export function selectSettings({ settings }: Checkout, form: RegExp): Setting[] {
  return settings.filter(([key]) => form.test(key));
}

/** The value of a setting that is in force; empty when it is not set. */
export function findSetting({ settings }: Checkout, key: string): string {
  return settings.findLast(([name]) => name === key)?.[1] ?? '';
}

/** Whether a boolean setting is true. */
export function isSet(checkout: Checkout, key: string): boolean {
  return /^(true|yes|on|[1-9]\d*)$/i.test(findSetting(checkout, key));
}

/** Where a branch of a remote was when the checkout last fetched it, and when that was; undefined where it never has. */
export async function readLastFetch({ git }: Checkout, remote: string, branch: string) {
  const commit = await findCommit(git, `refs/remotes/${remote}/${branch}`);
  if (commit === undefined) return undefined;
  const file = await git.read(['rev-parse', '--path-format=absolute', '--git-path', 'FETCH_HEAD']);
  const fetched = await stat(file).catch(() => undefined);
  // A clone has fetched nothing since it was made, which the log of its refs tells.
  const log = await git.run(['log', '--walk-reflogs', '-1', '--format=%gd', '--date=unix', `${remote}/HEAD`]);
  const seconds = /@\{(\d+)\}/.exec(log.stdout.toString())?.[1];
  const time = fetched?.mtime ?? (seconds === undefined ? undefined : new Date(Number(seconds) * 1000));
  return { commit, time };
}

/**
 * Reads who commits: the user that started the pipeline, else the Git identity of the checkout.
 * @throws {Failure} `no-identity` when neither is set.
 */
export async function readIdentity(directory: string, env: NodeJS.ProcessEnv, signal?: AbortSignal) {
  const { GITLAB_USER_NAME: name, GITLAB_USER_EMAIL: email } = env;
  const git = openGit(directory, {
    env: {
      ...env,
      ...(name && { GIT_AUTHOR_NAME: name, GIT_COMMITTER_NAME: name }),
      ...(email && { GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_EMAIL: email }),
    },
    signal,
  });
  const [author, committer] = await Promise.all([
    readPerson(git, 'GIT_AUTHOR_IDENT'),
    readPerson(git, 'GIT_COMMITTER_IDENT'),
  ]);
  return { author, committer };
}

async function readPerson(git: Git, variable: string): Promise<string> {
  // Git would make up an identity from the name of the machine, which tells nobody who it was.
  const { status, stdout, stderr } = await git.run(['-c', 'user.useConfigOnly=true', 'var', variable]);
  // Git appends the time of this call; a commit gets that of its decision.
  if (status === 0) return stdout.toString().replace(/ \d+ \S+\s*$/, '');
  const words = /^fatal: (.*)$/m.exec(stderr)?.[1] ?? stderr.trim();
  throw new Failure(
    'no-identity',
    `Git does not know who commits: ${words}.`,
    'Set it: git config user.name "…" && git config user.email "…", or GITLAB_USER_NAME and GITLAB_USER_EMAIL.',
  );
}

function requireVersion(text: string): void {
  const [version = text, major, minor] = /(\d+)\.(\d+)\S*/.exec(text) ?? [];
  if (Number(major) > oldestGit[0] || (Number(major) === oldestGit[0] && Number(minor) >= oldestGit[1])) return;
  throw new Failure(
    'missing-program',
    `The Git on the PATH is ${version}, which is too old.`,
    `Install Git ${oldestGit.join('.')} or a newer one.`,
  );
}

function noRepository(directory: string, words: string): Failure {
  const quoted = JSON.stringify(directory);
  const owned = /(?:dubious ownership in|unsafe) repository (?:at )?\(?'([^']*)'/.exec(words)?.[1];
  if (owned !== undefined) {
    return new Failure(
      'not-a-repository',
      `Git does not work in ${quoted}: ${owned} belongs to another user.`,
      `If you trust what is in it: git config --global --add safe.directory '${owned}'`,
    );
  }
  const isNone = /not a git repository|cannot change to/.test(words);
  return new Failure(
    'not-a-repository',
    `${quoted} is not a Git repository${isNone ? '' : ' that Git can read'}: ${words}`,
    'Run it in a checkout of the repository, or name one by --repo.',
  );
}

function parseSetting(entry: string): Setting {
  const end = entry.indexOf('\n');
  // Git takes a key without a value for true.
  return end < 0 ? [entry, 'true'] : [entry.slice(0, end), entry.slice(end + 1)];
}
