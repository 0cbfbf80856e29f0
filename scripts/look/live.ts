import { openArgo } from '../argocd/argocd.ts';
import type { Application } from '../argocd/application.ts';
import { describeApplication, judgeApplication, runsTarget } from '../argocd/judgement.ts';
import { parseArgoSettings } from '../argocd/settings.ts';
import { requireNames, type EnvironmentState } from '../branch/environments.ts';
import type { Place } from '../branch/place.ts';
import type { Mainline } from '../git/mainline.ts';
import type { Image } from '../release/image.ts';
import { attempt } from '../release/ledger.ts';
import { Failure } from '../shell/failure.ts';

/** What Argo CD says of an environment. */
export interface Live {
  application: string;
  /** Whether the cluster runs what Git says; undefined when that cannot be told. */
  asInGit?: boolean;
  /** Whether it is also healthy; undefined when that cannot be told. */
  healthy?: boolean;
  state: string;
}

// Milliseconds for the one question.
const questionLimit = 10_000;

/**
 * Asks Argo CD, once, what is live in the environments that run something; only where ARGOCD_SERVER says that there is
 * one. When it does not answer, the reason is logged, and the rest of the status is shown.
 */
export async function readLive(
  place: Place,
  states: readonly EnvironmentState[],
  mainline: Mainline,
): Promise<ReadonlyMap<string, Live>> {
  if (!place.env.ARGOCD_SERVER) return new Map();
  const named = attempt(() =>
    states.flatMap((state) => (state.image ? [{ ...state, image: state.image, ...requireNames(state) }] : [])),
  );
  if (named instanceof Failure) {
    place.log(`What is live is unknown: ${named.message}\n${named.hint}`);
    return new Map();
  }
  const projects = named.map(({ project }) => project);
  const answer = await ask(place, projects);
  if (answer.kind !== 'found') place.log(`What is live is unknown: ${answer.reason}`);
  return new Map(
    named.map(({ environment: { name }, image, application }): [string, Live] => {
      if (answer.kind !== 'found') return [name, { application, state: answer.reason }];
      const found = answer.value.get(application);
      if (found) return [name, { application, ...compare(found, image, mainline) }];
      const state = `Argo CD has no Application ${application}, or none that this token may see`;
      place.log(`What is live in ${name} is unknown: ${state}.`);
      return [name, { application, state }];
    }),
  );
}

async function ask({ env, signal }: Place, projects: readonly string[]) {
  try {
    return await openArgo(parseArgoSettings(env), { timeLimit: questionLimit, signal }).listApplications(projects);
  } catch (error) {
    if (error instanceof Failure) return { kind: 'failed', reason: `${error.message}\n${error.hint}` } as const;
    throw error;
  }
}

function compare(application: Application, image: Image, mainline: Mainline) {
  const named = mainline.findCommit(image)?.sha;
  const target = { image, commit: image.revision || (named ?? image.tag) };
  return {
    asInGit: runsTarget(application, target),
    healthy: judgeApplication(application, [], target) === 'healthy',
    state: describeApplication(application, target),
  };
}
