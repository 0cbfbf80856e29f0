import { standingOf } from '../branch/environments.ts';
import { listGains, relateReleases, requireRelease, type Release } from '../branch/releases.ts';
import { isRebuilt, parseDigest, parseTag, type Image } from '../release/image.ts';
import { judgeDeploy, requireFirst } from '../release/rules.ts';
import { chartPath, chartValuesPath, readRepository } from '../release/values.ts';
import { Failure } from '../shell/failure.ts';
import { deliver, type Decision, type DeliveryPlace, type Outlook } from './deliver.ts';

/** Puts a new release into an environment that takes from no other. */
export async function deploy(place: DeliveryPlace, name: string, image: Omit<Image, 'revision'>) {
  const { IMAGE_REPOSITORY: pushed } = place.env;
  const hint = 'Set it to the repository that the image was pushed to, or unset it.';
  if (pushed === '') throw new Failure('missing-variable', 'IMAGE_REPOSITORY is empty.', hint);
  const decide = async (outlook: Outlook): Promise<Decision> => {
    const { tip, state } = outlook;
    requireFirst(state.environment);
    const standing = standingOf(state, tip.now);
    const to = await requireRelease(tip, { ...image, revision: '' });
    const relation = await relateReleases(tip, to, state);
    const rival = state.image && isRebuilt(to, state.image) ? state.image : undefined;
    const outcome = judgeDeploy(standing, { to, relation, rival });
    if (outcome !== 'changed') return { outcome, to };
    await requireRepository(outlook, to, pushed);
    return { outcome, step: { kind: 'deploy', to, commits: await listGains(tip, state.image, to) } };
  };
  return deliver(place, { kind: 'deploy', environment: name, decide, history: 'commits' });
}

/** The image that a deploy is asked for, by options or by variables of a pipeline; all that is missing is named at once. */
export function parseDeployedImage(options: { tag?: string; digest?: string }, env: NodeJS.ProcessEnv) {
  const { tag = env.CI_COMMIT_SHORT_SHA, digest = env.IMAGE_DIGEST } = options;
  if (tag !== undefined && digest !== undefined) {
    return {
      tag: parseTag(tag, options.tag === undefined ? 'CI_COMMIT_SHORT_SHA' : '--tag'),
      digest: parseDigest(digest, options.digest === undefined ? 'IMAGE_DIGEST' : '--digest'),
    };
  }
  const missing = [
    tag === undefined && 'the tag (--tag or CI_COMMIT_SHORT_SHA)',
    digest === undefined && 'the digest (--digest or IMAGE_DIGEST)',
  ];
  const hint = 'In a pipeline the build job gives both; by hand, take them from its build.env.';
  throw new Failure('missing-variable', `A deploy needs ${missing.filter(Boolean).join(' and ')}.`, hint);
}

async function requireRepository({ tip, state }: Outlook, { revision }: Release, pushed: string | undefined) {
  if (pushed === undefined) return;
  const { environment, values } = state;
  const chart = await tip.readFolder(chartPath, revision);
  const pulled = readRepository(values, chart.files.get(chartValuesPath)) ?? 'nowhere';
  if (pulled === pushed) return;
  const message = `The image was pushed to ${pushed}, but ${environment.name} would pull from ${pulled}.`;
  const hint = `Set image.repository to ${pushed} in ${chartValuesPath}, or in ${values.path}.`;
  throw new Failure('other-repository', message, hint);
}
