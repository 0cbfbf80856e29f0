import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readMainline } from '../../scripts/branch/past.ts';
import { openGit } from '../../scripts/git/git.ts';
import type { BranchCommit } from '../../scripts/git/mainline.ts';
import { Tip } from '../../scripts/git/tip.ts';
import { git, gitEnvironment } from '../support/git/git.ts';
import { Played, pushes } from '../support/git/pushes.ts';

const now = new Date('2027-01-01T00:00:00Z');

test('wherever it can be told, the branch was where the pushes left it', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'pushes-'));
  await git(folder.path, ['init', '--quiet', '--bare', '--template=']);
  const scratch = {
    git: openGit(folder.path, { env: gitEnvironment }),
    fetchObjects: undefined,
  };
  const [told, doubted] = [new Set<string>(), new Set<string>()];
  let run = 0;
  await fc.assert(
    fc.asyncProperty(pushes, async (steps) => {
      run += 1;
      const { stream, tips } = new Played(steps, `refs/heads/run-${run}`);
      const marks = tips.map((mark) => `get-mark :${mark}\n`);
      const input = Buffer.from([...stream, ...marks, 'done\n'].join(''));
      const pushed = (await git(folder.path, ['fast-import', '--quiet', '--done'], input)).split('\n');
      const tip = new Tip(scratch, pushed.at(-1) ?? '', { branch: 'main', now });
      const { commits } = await readMainline(tip);
      for (const { sha, parents, before, doubt } of commits) {
        if (doubt) doubted.add(sha);
        else if (before !== parents[0]) told.add(sha);
      }
      expect(findMissing(commits, pushed)).toEqual([]);
    }),
    { seed: 20261126, numRuns: 40 },
  );
  // It neither takes first parents for the branch, nor gives up.
  expect(told.size).toBeGreaterThan(10);
  expect(told.size).toBeGreaterThan(doubted.size);
}, 60_000);

/** The pushed tips that are not among the commits, as far back as a tip is reached before a doubt. */
function findMissing(commits: readonly BranchCommit[], pushed: readonly string[]): string[] {
  const end = commits.findIndex(({ doubt }) => doubt);
  const sure = new Set(commits.slice(0, end < 0 ? undefined : end + 1).map(({ sha }) => sha));
  const oldest = end < 0 ? 0 : pushed.findIndex((sha) => sure.has(sha));
  return pushed.slice(oldest).filter((sha) => !sure.has(sha));
}
