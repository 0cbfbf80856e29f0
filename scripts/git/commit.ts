import { randomUUID } from 'node:crypto';
import type { ProgramResult } from '../process/program.ts';
import { Failure } from '../shell/failure.ts';
import { findSetting, isSet, type Checkout, type Identity } from './checkout.ts';
import type { Git } from './git.ts';
import type { Scratch } from './scratch.ts';

/** A file of a commit. */
export interface CommitFile {
  path: string;
  mode: string;
  bytes: Uint8Array;
}

/** What a commit changes of its parent, and says. */
export interface Change {
  message: string;
  /** When it was decided: the commit's time, which the rules are replayed by. */
  time: Date;
  files: readonly CommitFile[];
  /** The paths of the files that are removed. */
  removals?: readonly string[];
  /** The note to write on a commit, when the change is made to the notes. */
  note?: { on: string; text: string };
}

/** What the settings of a checkout ask of commits, so that they pass the push rules of a server. */
export type CommitForm = ReturnType<typeof readCommitForm>;

/** The form of a prefix: labels such as `chore:` or `[ops]`, and the keys of issues. Other words could begin a title. */
export const prefixForm = /(?:(?:\S*[:\])]|[A-Z][A-Z0-9]*-\d+|#\d+) )*/;

/**
 * Reads the form from commit.gpgSign, gitops.signOff and gitops.titlePrefix.
 * @throws {Failure} `usage` for a prefix after which the title of a delivery could not be recognized.
 */
export function readCommitForm(checkout: Checkout) {
  const prefix = findSetting(checkout, 'gitops.titleprefix').trim();
  const titlePrefix = prefix && `${prefix} `;
  if (!new RegExp(`^${prefixForm.source}$`).test(titlePrefix)) {
    throw new Failure(
      'usage',
      `The setting gitops.titlePrefix is ${JSON.stringify(prefix)}, which is not a valid prefix of a title.`,
      'Each word of it must end in a colon or a bracket, or be the key of an issue: chore: or [ops] or OPS-12 or #12.',
    );
  }
  return {
    isSigned: isSet(checkout, 'commit.gpgsign'),
    isSignedOff: isSet(checkout, 'gitops.signoff'),
    /** What stands before every title, with a space after it; or an empty text. */
    titlePrefix,
  };
}

/** Writes a commit on a parent, or a first one, without a work tree or an index, and gives its SHA. */
export async function writeCommit(
  { git, form }: Pick<Scratch, 'git' | 'form'>,
  parent: string | undefined,
  change: Change,
  identity: Identity,
): Promise<string> {
  const tree = `${await importChange(git, parent, change)}^{tree}`;
  const args = [...(form.isSigned ? ['--gpg-sign'] : []), ...(parent === undefined ? [] : ['-p', parent]), tree];
  // A message ends with its trailers.
  const signOff = form.isSignedOff ? `Signed-off-by: ${identity.committer}\n` : '';
  const message = `${form.titlePrefix}${change.message}${signOff}`;
  const { status, stdout, stderr } = await commitTree(git, args, { ...change, message }, identity);
  if (status === 0) return stdout.toString().trim();
  if (!form.isSigned) throw new Error(`git commit-tree ended with ${String(status)}: ${stderr.trim()}`);
  throw new Failure(
    'not-signed',
    `The commit could not be signed, as commit.gpgSign asks in this checkout: ${stderr.trim()}`,
    'Make git commit -S work here, or unset it: git config commit.gpgSign false',
  );
}

/** Writes the tree of a commit, in one of nobody's: fast-import signs none. */
async function importChange(git: Git, parent: string | undefined, { files, removals = [], note }: Change) {
  const input = Buffer.concat([
    // Each gets a ref of its own: fast-import does not move a ref to a commit that is not its descendant.
    Buffer.from(`commit refs/deliveries/${randomUUID()}\nmark :1\ncommitter <> 0 +0000\n`),
    data(Buffer.alloc(0)),
    Buffer.from(parent === undefined ? '' : `from ${parent}\n`),
    ...files.flatMap(({ path, mode, bytes }) => [Buffer.from(`M ${mode} inline ${path}\n`), data(bytes)]),
    ...removals.map((path) => Buffer.from(`D ${path}\n`)),
    ...(note ? [Buffer.from(`N inline ${note.on}\n`), data(Buffer.from(note.text))] : []),
    Buffer.from('get-mark :1\ndone\n'),
  ]);
  return git.read(['fast-import', '--quiet', '--done'], { input });
}

/** Runs `git commit-tree` with a message, a time and an identity. */
async function commitTree(
  git: Git,
  args: readonly string[],
  { message, time }: Pick<Change, 'message' | 'time'>,
  { author, committer }: Identity,
): Promise<ProgramResult> {
  const moment = `@${Math.floor(time.getTime() / 1000)} +0000`;
  const env = { ...nameIn('GIT_AUTHOR', author, moment), ...nameIn('GIT_COMMITTER', committer, moment) };
  return git.run(['commit-tree', '-F', '-', ...args], { input: message, env });
}

function nameIn(prefix: string, person: string, moment: string): NodeJS.ProcessEnv {
  const [, name = '', email = ''] = /^(.*) <(.*)>$/.exec(person) ?? [];
  return { [`${prefix}_NAME`]: name, [`${prefix}_EMAIL`]: email, [`${prefix}_DATE`]: moment };
}

function data(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')]);
}

// Nobody knows yet who will merge it, and whoever proposed it must not be taken for that person.
const nobody = 'Whoever merges <nobody@invalid>';

/** Writes the commit that a merge on GitLab's server would make, and gives its SHA; it is not pushed. */
export async function writeMerge(
  git: Git,
  { branch, tip, head, name, time }: Record<'branch' | 'tip' | 'head' | 'name', string> & { time: Date },
): Promise<string> {
  const args = ['merge-tree', '--write-tree', '--name-only', '--no-messages', tip, head];
  const { status, stdout, stderr } = await git.run(args);
  const [tree = '', ...paths] = stdout.toString().split('\n').filter(Boolean);
  if (status === 1) {
    throw new Failure(
      'conflict',
      `The checkout does not merge into ${branch}: both changed ${paths.join(', ')}.`,
      `Merge ${branch} into it and resolve the conflict; a promotion must be made again instead.`,
    );
  }
  if (status !== 0) {
    const words = stderr.trim().split('\n')[0] ?? '';
    const hint = 'Install Git 2.38 or a newer one.';
    throw new Failure('missing-program', `Git does not merge without a work tree: ${words}`, hint);
  }
  const message = `Merge branch '${name}' into '${branch}'\n`;
  const identity = { author: nobody, committer: nobody };
  const merge = await commitTree(git, ['-p', tip, '-p', head, tree], { message, time }, identity);
  return merge.stdout.toString().trim();
}
