import { z } from 'zod';
import type { GitLab } from './gitlab.ts';

/** What an environment is to run, or was found to run. */
export interface Deployment {
  environment: string;
  /** The commit of the release, whole. */
  sha: string;
  /** The branch that it is on. */
  ref: string;
  status: 'running' | 'success' | 'failed';
}

const known = z.object({ id: z.number(), sha: z.string(), status: z.string(), deployable: z.unknown() });

/**
 * Records on the page of an environment what it runs: a new deployment, or what became of the last one of the same release
 * (https://docs.gitlab.com/api/deployments/). One that a job has made by itself can be changed by nobody.
 */
export async function recordDeployment(
  { ask, project }: GitLab,
  { environment, sha, ref, status }: Deployment,
): Promise<void> {
  const query = new URLSearchParams({ environment, order_by: 'id', sort: 'desc', per_page: '1' });
  const [last] = await ask(z.array(known), 'GET', `${project}/deployments?${query.toString()}`);
  const isSame = last?.sha === sha && !last.deployable;
  if (isSame && (last.status === status || status === 'running')) return;
  if (isSame) await ask(known, 'PUT', `${project}/deployments/${last.id}`, { status });
  else await ask(known, 'POST', `${project}/deployments`, { environment, sha, ref, tag: false, status });
}
