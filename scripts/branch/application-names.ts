import { applicationSetPath, parseApplicationSet, type ApplicationNames } from '../argocd/applicationset.ts';
import type { Tip } from '../git/tip.ts';
import { attempt } from '../release/ledger.ts';
import { chartPath } from '../release/values.ts';
import { Failure } from '../shell/failure.ts';
import { requireFile, type Environments } from './environments.ts';

/**
 * Reads what Argo CD makes of an environment, by the rule as it stands at a tip.
 * @throws {Failure} `invalid-file` when the ApplicationSet is not there, or names it in a way that is not known here.
 */
export async function readApplicationNames(tip: Tip, environment: string): Promise<ApplicationNames> {
  const files = await tip.readFiles([applicationSetPath]);
  return parseApplicationSet(requireFile(files, applicationSetPath), environment);
}

/**
 * Adds to environments what Argo CD makes of them, by the files of a tip.
 * @throws {Failure} `invalid-file` as above.
 */
export function nameApplications<Named extends { name: string }>(
  { files }: Pick<Environments, 'files'>,
  environments: readonly Named[],
): (Named & Pick<ApplicationNames, 'application' | 'project'>)[] {
  const file = requireFile(files, applicationSetPath);
  return environments.map((environment) => {
    const { application, project } = parseApplicationSet(file, environment.name);
    return { ...environment, application, project };
  });
}

/**
 * What an environment is rendered as: what Argo CD makes of it, or, where the branch does not tell that, its own name.
 * Whether values and chart go together hardly ever hangs on it, and no way back may.
 */
export function findRenderNames(
  { files }: Pick<Environments, 'files'>,
  environment: string,
): Pick<ApplicationNames, 'chart' | 'release' | 'namespace'> {
  const names = attempt(() => parseApplicationSet(requireFile(files, applicationSetPath), environment));
  return names instanceof Failure ? { chart: chartPath, release: environment, namespace: environment } : names;
}
