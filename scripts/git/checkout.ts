import { resolve } from 'node:path';
import { Failure } from '../shell/failure.ts';
import { openGit } from './git.ts';
import type { Git, GitOptions, Setting } from './git.ts';

/** The checkout that the program was called in: it is asked, and never changed. */
export interface Checkout {
  git: Git;
  /** Its top, from where git goes to a remote at a relative path. */
  directory: string;
  settings: ReadonlyMap<string, readonly string[]>;
}

/** Who a commit names as its author and committer, each as `Name <address>`. */
export interface Identity {
  author: string;
  committer: string;
}

/** @throws {Failure} `not-a-repository` with git's own words. */
export async function openCheckout(directory: string, options: GitOptions): Promise<Checkout> {
  const git = openGit(directory, options);
  const { status, stdout, stderr } = await git.run(['config', '--local', '--includes', '--list', '-z']);
  if (status !== 0) {
    throw new Failure(
      'not-a-repository',
      `${JSON.stringify(directory)} is no Git repository: ${stderr.trim()}`,
      'Run it in a checkout of the repository, or name one by --repo.',
    );
  }
  // A bare repository has no top, and git gives none.
  const top = await git.read(['rev-parse', '--show-cdup']);
  return { git, directory: resolve(directory, top), settings: parseSettings(stdout.toString()) };
}

/** The settings of the checkout whose key the form matches, in their order. */
export function selectSettings({ settings }: Checkout, form: RegExp): Setting[] {
  return [...settings].flatMap(([key, values]) =>
    form.test(key) ? values.map((value) => [key, value] as const) : [],
  );
}

/**
 * Who commits: the user that started the pipeline, else the Git identity of the checkout.
 * @throws {Failure} `no-identity` when neither is there.
 */
export async function readIdentity(
  directory: string,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<Identity> {
  const { GITLAB_USER_NAME: name, GITLAB_USER_EMAIL: email } = env;
  const git = openGit(directory, {
    env: {
      ...env,
      ...(name && { GIT_AUTHOR_NAME: name, GIT_COMMITTER_NAME: name }),
      ...(email && { GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_EMAIL: email }),
    },
    signal,
    // An identity made up from the name of the machine tells nobody who it was.
    settings: [['user.useConfigOnly', 'true']],
  });
  const [author, committer] = await Promise.all(
    ['GIT_AUTHOR_IDENT', 'GIT_COMMITTER_IDENT'].map(async (variable) => {
      const { status, stdout } = await git.run(['var', variable]);
      // Git adds the time, which a commit is given by whoever decided it.
      return status === 0
        ? stdout
            .toString()
            .trim()
            .replace(/ \d+ \S+$/, '')
        : undefined;
    }),
  );
  if (author && committer) return { author, committer };
  throw new Failure(
    'no-identity',
    'Git does not know who commits.',
    'Set it: git config user.name "…" && git config user.email "…", or GITLAB_USER_NAME and GITLAB_USER_EMAIL.',
  );
}

function parseSettings(list: string): ReadonlyMap<string, readonly string[]> {
  const settings = new Map<string, string[]>();
  for (const entry of list.split('\0').filter(Boolean)) {
    const end = entry.indexOf('\n');
    // A key without a value is true to git.
    const [key, value] = end < 0 ? [entry, 'true'] : [entry.slice(0, end), entry.slice(end + 1)];
    settings.set(key, [...(settings.get(key) ?? []), value]);
  }
  return settings;
}
