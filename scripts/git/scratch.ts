import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../shell/failure.ts';
import type { ProgramResult } from '../process/program.ts';
import type { Checkout } from './checkout.ts';
import { openGit } from './git.ts';
import type { Git, GitOptions, Setting } from './git.ts';
import type { Remote } from './remote.ts';

/** A bare repository of a moment, in the temporary folder, that knows the remote as `origin`. */
export interface Scratch extends AsyncDisposable {
  git: Git;
  remote: Remote;
  /** Runs a git command that talks to the remote, ends it after the call limit. */
  call: (args: readonly string[], input?: string) => Promise<ProgramResult>;
  /** Fetches the tip of a branch of the remote, with its history. */
  fetchTip: (branch: string) => Promise<string>;
  /** Asks where a branch of the remote is, and fetches nothing; undefined where there is none. */
  findTip: (branch: string) => Promise<string | undefined>;
  /** Fetches objects that the history only names, alone or with all that is below them; those that are here cost nothing. */
  fetchObjects: (objects: readonly string[], how?: 'alone' | 'whole') => Promise<void>;
}

export interface ScratchOptions extends GitOptions {
  checkout: Checkout;
  remote: Remote;
  /** Milliseconds for one call of the remote. */
  callLimit: number;
  /** What the history is fetched with: trees too, where it is asked for the changes of a file. */
  history: 'commits' | 'trees';
}

// What is left out is fetched by name before it is read, so that git never does it in passing, object by object.
const historyFilter = { commits: '--filter=tree:0', trees: '--filter=blob:none' };
const objectsFilter = { alone: '--filter=tree:0', whole: '--no-filter' };
// The history that is here would let the server think that what it names is here too.
const withoutNegotiation = ['-c', 'fetch.negotiationAlgorithm=noop'];
const fetchArgs = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--recurse-submodules=no'];

const settings: readonly Setting[] = [
  // No hook of the user's runs on a repository that is not the user's.
  ['core.hooksPath', '/dev/null'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['core.quotePath', 'false'],
  ['i18n.commitEncoding', 'UTF-8'],
  ['i18n.logOutputEncoding', 'UTF-8'],
];

/** Makes a scratch repository; it borrows the objects of the checkout where that has the whole history. */
export async function createScratch(options: ScratchOptions): Promise<Scratch> {
  const { checkout, remote, callLimit, history, ...gitOptions } = options;
  const directory = await mkdtemp(join(tmpdir(), 'gitops-'));
  const dispose = () => rm(directory, { recursive: true, force: true, maxRetries: 3 });
  const git = openGit(directory, {
    ...gitOptions,
    settings: [...settings, ...remote.settings],
    secrets: remote.secrets,
  });
  try {
    const objects = await findWholeObjects(checkout);
    const format = await checkout.git.read(['rev-parse', '--show-object-format']);
    await git.read(['init', '--quiet', '--bare', '--template=', `--object-format=${format}`]);
    if (objects !== undefined) await writeFile(join(directory, 'objects/info/alternates'), `${objects}\n`);
    const filter = objects === undefined ? historyFilter[history] : undefined;
    return { ...connect(git, remote, callLimit, filter), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function connect(
  git: Git,
  remote: Remote,
  callLimit: number,
  filter: string | undefined,
): Omit<Scratch, keyof AsyncDisposable> {
  const call: Scratch['call'] = async (args, input) => {
    const result = await git.run(args, { timeLimit: callLimit, ...(input !== undefined && { input }) });
    return result.timedOut ? { ...result, stderr: `no answer within ${callLimit / 1000} s` } : result;
  };
  const ask = async (args: readonly string[], input?: string) => {
    const { status, stdout, stderr } = await call(args, input);
    if (status !== 0) throw fetchFailure(remote, stderr);
    return stdout.toString();
  };
  return {
    git,
    remote,
    call,
    fetchTip: async (branch) => {
      await ask([
        ...fetchArgs,
        ...(filter === undefined ? [] : [filter]),
        'origin',
        `+refs/heads/${branch}:refs/heads/${branch}`,
      ]);
      return git.read(['rev-parse', '--verify', `refs/heads/${branch}`]);
    },
    findTip: async (branch) => {
      const [sha] = (await ask(['ls-remote', 'origin', `refs/heads/${branch}`])).split('\t');
      return sha === '' ? undefined : sha;
    },
    fetchObjects: async (objects, how = 'whole') => {
      if (filter === undefined || objects.length === 0) return;
      const args = [...withoutNegotiation, ...fetchArgs, objectsFilter[how], '--stdin', 'origin'];
      await ask(args, objects.join('\n'));
    },
  };
}

async function findWholeObjects({ git, settings }: Checkout): Promise<string | undefined> {
  const isPartial = [...settings.keys()].some((key) =>
    /^remote\..*\.promisor$|^extensions\.partialclone$/.test(key),
  );
  const isShallow = (await git.read(['rev-parse', '--is-shallow-repository'])) === 'true';
  if (isPartial || isShallow) return undefined;
  return git.read(['rev-parse', '--path-format=absolute', '--git-path', 'objects']);
}

function fetchFailure(remote: Remote, stderr: string): Failure {
  const branch = /couldn't find remote ref refs\/heads\/(\S+)/.exec(stderr)?.[1];
  if (branch !== undefined) {
    return new Failure(
      'unknown-branch',
      `${remote.address} has no branch ${JSON.stringify(branch)}.`,
      'Name the branch that the deliveries go to by --branch.',
    );
  }
  // So does a server of the old protocol, unless it is told otherwise, and repeats it for each object.
  if (stderr.includes('unadvertised object')) {
    return new Failure(
      'remote-refused',
      `${remote.address} sends whole branches, and no object that is asked for by its name.`,
      'Run it in a whole clone: after git fetch --unshallow, or with GIT_DEPTH: 0 in GitLab CI.',
    );
  }
  return new Failure(
    'remote-unreachable',
    `${remote.address} could not be reached: ${stderr.trim()}`,
    'Try it by hand with git ls-remote; in CI, look at the token and its rights.',
  );
}
