const form = /^Merge (?<remote>remote-tracking )?branch '(?<merged>[^']+)'(?<pulled> of .+?)?(?: into (?<into>\S+))?$/;

/**
 * Which parent of a merge was the branch, by the title that Git or GitLab gives it; undefined where that does not tell.
 * Whoever writes the title also chooses the order of the parents, so the title proves no less than the order.
 */
export function findBranchParent(title: string, branch: string): 0 | 1 | undefined {
  const { remote, merged = '', pulled, into } = form.exec(title)?.groups ?? {};
  if (merged === '') return undefined;
  // GitLab quotes both branches, and makes such a merge on its server alone.
  if (into === `'${branch}'`) return 0;
  const source = remote === undefined ? merged : merged.slice(merged.indexOf('/') + 1);
  // A pull says where from, also where the local branch has the same name.
  if (source === branch && (pulled !== undefined || into !== branch)) return 1;
  return into === branch ? 0 : undefined;
}
