import { z } from 'zod';
import { kubectl } from './kubectl.ts';
import { argoNamespace } from './objects.ts';

const refresh = 'argocd.argoproj.io/application-set-refresh';
const namespace = `--namespace=${argoNamespace}`;
const shape = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()).default({}) }),
  status: z.object({ conditions: z.array(z.unknown()).default([]) }).prefault({}),
});

/** Tells Argo CD of a push to `main` of a repository by GitLab's webhook; without one, by the annotation that it leads to. */
export async function tellArgo(set: string, address: string, webhook: string | undefined): Promise<void> {
  if (webhook === undefined) {
    await kubectl(['annotate', 'applicationset.argoproj.io', set, `${refresh}=true`, namespace, '--overwrite']);
    return;
  }
  const push = {
    object_kind: 'push',
    ref: 'refs/heads/main',
    project: { web_url: address.replace(/\.git$/, ''), default_branch: 'main' },
    commits: [],
  };
  const answer = await fetch(webhook, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Gitlab-Event': 'Push Hook' },
    body: JSON.stringify(push),
  });
  if (!answer.ok) throw new Error(`${webhook} answered ${answer.status}: ${await answer.text()}`);
}

/** Whether Argo CD has looked at all pushes that it was told of. It overlooks one that comes while it looks at another. */
export async function hasLooked(set: string): Promise<boolean> {
  const text = await kubectl(['get', 'applicationset.argoproj.io', set, namespace, '--output=json']);
  const { metadata, status } = shape.parse(JSON.parse(text));
  return !(refresh in metadata.annotations) && status.conditions.length > 0;
}
