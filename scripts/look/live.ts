import { describeApplication, runsTarget } from '../argocd/judgement.ts';
import { parseArgoSettings } from '../argocd/settings.ts';
import { openArgo } from '../argocd/argocd.ts';
import type { Argo } from '../argocd/argocd.ts';
import type { Tip } from '../git/tip.ts';
import type { Image } from '../release/image.ts';
import { readApplicationNames } from '../branch/application-names.ts';
import { findRelease } from '../branch/releases.ts';
import type { EnvironmentState } from '../branch/environments.ts';
import type { Place } from '../branch/place.ts';

/** What Argo CD says of an environment. */
export interface Live {
  application: string;
  /** Whether the cluster runs what Git says; undefined when that cannot be told. */
  asInGit: boolean | undefined;
  state: string;
}

// Milliseconds for one question.
const questionLimit = 10_000;

/** Asks Argo CD what is live in each environment that runs something; only where ARGOCD_SERVER says that there is one. */
export async function readLive(
  { env, signal }: Place,
  tip: Tip,
  states: readonly EnvironmentState[],
): Promise<ReadonlyMap<string, Live>> {
  if (!env.ARGOCD_SERVER) return new Map();
  const argo = openArgo(parseArgoSettings(env), { timeLimit: questionLimit, signal });
  const running = states.flatMap(({ environment: { name }, image }) => (image ? [{ name, image }] : []));
  return new Map(
    await Promise.all(
      running.map(async ({ name, image }) => [name, await ask(argo, tip, name, image)] as const),
    ),
  );
}

async function ask(argo: Argo, tip: Tip, environment: string, image: Image): Promise<Live> {
  const names = await readApplicationNames(tip, environment);
  const { application } = names;
  const release = await findRelease(tip, image);
  if (!release) return { application, asInGit: undefined, state: `${image.tag} is no release` };
  const target = { commit: release.revision, image };
  const answer = await argo.readApplication(names);
  if (answer.kind !== 'found') return { application, asInGit: undefined, state: answer.reason };
  const asInGit = runsTarget(answer.value, target);
  return { application, asInGit, state: describeApplication(answer.value, target) };
}
