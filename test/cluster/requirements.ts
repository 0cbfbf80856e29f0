import { parseArgoSettings } from '../../scripts/argocd/settings.ts';
import { openArgo } from '../../scripts/argocd/argocd.ts';
import { Failure } from '../../scripts/shell/failure.ts';
import { parseClusterSettings } from './settings.ts';
import { kubectl } from './kubectl.ts';

// Milliseconds.
const timeLimit = 10_000;
const hint = 'environments/README.md says how such a cluster is made.';

/**
 * Makes sure that there is a cluster, and an Argo CD in it.
 * @throws {Failure} saying what is not there.
 */
export async function requireCluster(env: NodeJS.ProcessEnv): Promise<void> {
  parseClusterSettings(env);
  const argo = openArgo(parseArgoSettings(env), { timeLimit, signal: AbortSignal.timeout(2 * timeLimit) });
  await kubectl([
    'get',
    'applications.argoproj.io,applicationsets.argoproj.io,appprojects.argoproj.io',
    '--all-namespaces',
    `--request-timeout=${timeLimit / 1000}s`,
  ]).catch((error: unknown) => {
    if (error instanceof Failure) throw error;
    throw new Failure('usage', `The cluster of KUBECONFIG has no Argo CD: ${(error as Error).message}`, hint, {
      cause: error,
    });
  });
  const answer = await argo.readApplication({ application: 'proof', project: 'proof' });
  if (answer.kind === 'failed') throw new Failure('usage', `Argo CD does not answer: ${answer.reason}.`, hint);
}
