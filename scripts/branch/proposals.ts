import type { Tip } from '../git/tip.ts';

/** A promotion that waits for somebody to merge it, as its branch tells. */
export interface Waiting {
  branch: string;
  environment: string;
  tag: string;
  by: string;
  since: Date;
}

/** What fetches the proposals along with a tip. */
export const proposalsPattern = '+refs/heads/promote/*:refs/heads/promote/*';

const format = '--format=%(refname:lstrip=2)%00%(authorname)%00%(authordate:unix)';
const branchForm = /^promote\/([^/]+)\/([0-9a-f]+)$/;

/** Reads the proposals that came with a tip and are not merged into it. */
export async function readProposals({ scratch, commit }: Tip): Promise<Waiting[]> {
  const list = await scratch.git.read(['for-each-ref', `--no-merged=${commit}`, format, 'refs/heads/promote/']);
  return list.split('\n').flatMap((line) => {
    const [branch = '', by = '', seconds] = line.split('\0');
    const [, environment, tag] = branchForm.exec(branch) ?? [];
    if (environment === undefined || tag === undefined) return [];
    return [{ branch, environment, tag, by, since: new Date(Number(seconds) * 1000) }];
  });
}
