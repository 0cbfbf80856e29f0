import { applicationSetPath, parseApplicationSet } from '../argocd/applicationset.ts';
import type { ApplicationNames } from '../argocd/applicationset.ts';
import type { Tip } from '../git/tip.ts';
import { requireFile } from './environments.ts';

/**
 * Reads what Argo CD makes of an environment, by the rule as it stands at a tip.
 * @throws {Failure} `invalid-file` when the ApplicationSet is not there, or names it in a way that is not known here.
 */
export async function readApplicationNames(tip: Tip, environment: string): Promise<ApplicationNames> {
  const files = await tip.readFiles([applicationSetPath]);
  return parseApplicationSet(requireFile(files, applicationSetPath), environment);
}
