import { applicationSetPath, parseApplicationSet, type ApplicationNames } from '../argocd/applicationset.ts';
import { attempt } from '../release/ledger.ts';
import { chartPath } from '../release/values.ts';
import { Failure } from '../shell/failure.ts';
import { requireFile, type EnvironmentState } from './environments.ts';

type Named = Pick<EnvironmentState, 'files'> & { environment: { name: string } };

/**
 * What Argo CD makes of an environment, by the rule as it stands at the same tip.
 * @throws {Failure} `invalid-file` when the ApplicationSet is not there, or names it in a way that is not known here.
 */
export function requireNames({ files, environment }: Named): ApplicationNames {
  return parseApplicationSet(requireFile(files, applicationSetPath), environment.name);
}

/**
 * What an environment is rendered as: what Argo CD makes of it, or, where the branch does not tell that, its own name.
 * Whether values and chart go together hardly ever depends on it, and no way back may.
 */
export function findRenderNames(named: Named): Pick<ApplicationNames, 'chart' | 'release' | 'namespace'> {
  const names = attempt(() => requireNames(named));
  const { name } = named.environment;
  return names instanceof Failure ? { chart: chartPath, release: name, namespace: name } : names;
}
