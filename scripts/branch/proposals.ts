import type { Tip } from '../git/tip.ts';

/** What fetches the proposals along with a tip. */
export const proposalsPattern = '+refs/heads/promote/*:refs/heads/promote/*';

const format = '--format=%(refname:lstrip=2)%00%(authorname)%00%(authordate:unix)';
const branchForm = /^promote\/([^/]+)\/([0-9a-f]+)(?:-[-a-z]+)?$/;

/** Reads the promotions that came with a tip and wait for somebody to merge them, as their branches tell. */
export async function readProposals({ scratch, commit }: Tip) {
  const list = await scratch.git.read(['for-each-ref', `--no-merged=${commit}`, format, 'refs/heads/promote/']);
  return list.split('\n').flatMap((line) => {
    const [branch = '', by = '', seconds] = line.split('\0');
    const [, environment, tag] = branchForm.exec(branch) ?? [];
    if (environment === undefined || tag === undefined) return [];
    return [{ branch, environment, tag, by, since: new Date(Number(seconds) * 1000) }];
  });
}
