import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTemporary } from '../shell/machine.ts';
import { findCommit } from './ancestry.ts';
import { readLastFetch, selectSettings, type Checkout } from './checkout.ts';
import { readCommitForm, type CommitForm } from './commit.ts';
import { openGit, trustFile, type Git, type GitOptions, type Setting } from './git.ts';
import { notesRef } from './notes.ts';
import { fetchFailure, movedFailure } from './reach.ts';
import type { Remote } from './remote.ts';

/** A temporary bare repository that knows the remote as `origin`. */
export type Scratch = AsyncDisposable & ReturnType<typeof connect>;

export interface ScratchOptions extends GitOptions {
  checkout: Checkout;
  remote: Remote;
  /** Milliseconds for one call of the remote. */
  callLimit: number;
  /** What is fetched of the history: its trees too, when the changes of files are asked for. */
  history: 'commits' | 'trees';
}

// What is left out is fetched by name before it is read, so that Git never fetches it one object at a time.
const historyFilter = { commits: '--filter=tree:0', trees: '--filter=blob:none' } as const;
const objectsFilter = { alone: '--filter=tree:0', whole: '--no-filter' };
// The history that is present would make the server believe that all that it names is present too.
const withoutNegotiation = ['-c', 'fetch.negotiationAlgorithm=noop'];
// In a bare repository Git reads .mailmap and attributes from HEAD, and would fetch its tree: HEAD names no branch.
const initArgs = ['init', '--quiet', '--bare', '--template=', '--initial-branch=gitops-none'];
const fetchArgs = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--recurse-submodules=no'];

// Git cannot ignore a fault in a filtered fetch. What that brings, commits and their top trees, is read here and never
// written to a disk.
const unchecked = ['-c', 'fetch.fsckObjects=false'];

// A fetch fails for a ref that is named and does not exist, and for a pattern not.
const patternOf = (ref: string) => `+${ref}*:${ref}*`;

/** Makes a scratch repository, which borrows the objects of a checkout that has the whole history. */
export async function createScratch(options: ScratchOptions): Promise<Scratch> {
  const { checkout, remote, env, signal } = options;
  const { directory, objects, objectFormat } = checkout;
  const form = readCommitForm(checkout);
  await using resources = new AsyncDisposableStack();
  const folder = resources.use(await makeTemporary('gitops-'));
  const place = { env, signal, repository: folder.path, secrets: remote.secrets };
  const settings = [...listSettings(checkout, form), ...remote.settings];
  const git = openGit(directory, { ...place, settings });
  const anonymous = openGit(directory, { ...place, settings: remote.anonymous });
  await git.read([...initArgs, `--object-format=${objectFormat}`]);
  if (objects !== undefined) await writeFile(join(folder.path, 'objects/info/alternates'), `${objects}\n`);
  const trusted = selectSettings(checkout, /^safe\.directory$/);
  const lines = trusted.map(([, path]) => `[safe]\n\tdirectory = ${JSON.stringify(path)}\n`);
  await writeFile(join(folder.path, trustFile), lines.join(''));
  const kept = resources.move();
  return { ...connect({ git, anonymous, form }, options), [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

function connect(
  { git, anonymous, form }: { git: Git; anonymous: Git; form: CommitForm },
  { checkout, remote, callLimit, history }: ScratchOptions,
) {
  const filter = checkout.objects === undefined ? historyFilter[history] : undefined;
  const refsArgs = filter === undefined ? fetchArgs : [...unchecked, ...fetchArgs, filter];
  const call = async (args: readonly string[], input?: string) => {
    const result = await git.run(args, { timeLimit: callLimit, ...(input !== undefined && { input }) });
    if (result.timedOut) return { ...result, stderr: `no answer within ${callLimit / 1000} s` };
    if (/returned error: 30\d/.test(result.stderr)) throw await movedFailure(anonymous, remote);
    return result;
  };
  const ask = async (args: readonly string[], input?: string) => {
    const { status, stdout, stderr } = await call(args, input);
    if (status !== 0) throw fetchFailure(remote, stderr);
    return stdout.toString();
  };
  return {
    git,
    remote,
    /** What the checkout asks of commits. */
    form,
    /** Runs a Git command that talks to the remote, within the call limit. */
    call,
    /** Fetches the tip of a branch of the remote with its history, with the notes when trees come too, and with `along`. */
    fetchTip: async (branch: string, along: readonly string[] = []) => {
      const notes = history === 'trees' ? [patternOf(notesRef)] : [];
      await ask([...refsArgs, 'origin', `+refs/heads/${branch}:refs/heads/${branch}`, ...notes, ...along]);
      return git.read(['rev-parse', '--verify', `refs/heads/${branch}`]);
    },
    /** Fetches a ref that may not exist; undefined when it does not. */
    fetchRef: async (ref: string) => {
      await ask([...refsArgs, '--prune', 'origin', patternOf(ref)]);
      return findCommit(git, ref);
    },
    /** Takes a branch as the checkout has fetched it last, with its notes; undefined where that lacks a part of the history. */
    takeLast: async (branch: string) => {
      const last = checkout.objects === undefined ? undefined : await readLastFetch(checkout, remote.name, branch);
      if (!last) return undefined;
      await git.read(['update-ref', `refs/heads/${branch}`, last.commit]);
      const notes = await findCommit(checkout.git, notesRef);
      if (notes !== undefined) await git.read(['update-ref', notesRef, notes]);
      return last;
    },
    /** Asks where the refs of some patterns are, in Git's own lines, and fetches nothing. */
    listRefs: (...patterns: readonly string[]) => ask(['ls-remote', 'origin', ...patterns]),
    /** Fetches objects that the history names, alone or with all below them; undefined when none can be missing. */
    fetchObjects:
      filter &&
      (async (objects: readonly string[], how: keyof typeof objectsFilter = 'whole') => {
        if (objects.length === 0) return;
        const check = how === 'alone' ? unchecked : [];
        const args = [...withoutNegotiation, ...check, ...fetchArgs, objectsFilter[how], '--stdin', 'origin'];
        await ask(args, objects.join('\n'));
      }),
  };
}

// Git checks each object that arrives. Old programs wrote these faults, and they do no harm: an old commit or tree must not
// stop anybody.
const harmless =
  'badDate badDateOverflow badEmail badName badTimezone missingEmail missingNameBeforeEmail missingSpaceBeforeDate ' +
  'missingSpaceBeforeEmail multipleAuthors nulInCommit nullSha1 zeroPaddedDate zeroPaddedFilemode';

// How the checkout signs. It is only passed on when it signs: a format that Git does not know stops every call.
const signing = /^gpg\.|^user\.signingkey$/;

/** The settings of a scratch repository, besides those that lead to the remote. */
function listSettings(checkout: Checkout, { isSigned }: CommitForm): Setting[] {
  return [
    // The hooks of the user are not meant for this repository.
    ['core.hooksPath', '/dev/null'],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
    ['core.quotePath', 'false'],
    ['fetch.fsckObjects', 'true'],
    ...harmless.split(' ').map((fault) => [`fetch.fsck.${fault}`, 'ignore'] as const),
    ...(isSigned ? selectSettings(checkout, signing) : []),
  ];
}
