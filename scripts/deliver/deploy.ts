import { standingOf, type EnvironmentState } from '../branch/environments.ts';
import { listGains, relateReleases, requireRelease, type Release } from '../branch/releases.ts';
import type { Tip } from '../git/tip.ts';
import { isRebuilt, parseDigest, parseTag, type Digest, type Tag } from '../release/image.ts';
import { judgeDeploy, requireFirst } from '../release/rules.ts';
import { chartPath, chartValuesPath, readRepository } from '../release/values.ts';
import { Failure } from '../shell/failure.ts';
import { deliver, type Decision, type DeliveryPlace, type DeliveryResult, type Outlook } from './deliver.ts';

/** An image as the pipeline names it. */
interface DeployedImage {
  tag: Tag;
  digest: Digest;
}

/** Puts a new release into an environment that takes from no other. */
export async function deploy(place: DeliveryPlace, name: string, image: DeployedImage): Promise<DeliveryResult> {
  const pushed = parsePushedRepository(place.env);
  const decide = async ({ tip, state }: Outlook): Promise<Decision> => {
    requireFirst(state.environment);
    const standing = standingOf(state, tip.now);
    const to = await requireRelease(tip, { ...image, revision: '' });
    const relation = await relateReleases(tip, to, state);
    const rival = state.image && isRebuilt(to, state.image) ? state.image : undefined;
    const outcome = judgeDeploy(standing, { to, relation, rival });
    if (outcome !== 'changed') return { outcome, to };
    await requireRepository(tip, state, to, pushed);
    const commits = await listGains(tip, state.image, to);
    return { outcome, step: { kind: 'deploy', to, commits } };
  };
  return deliver(place, { kind: 'deploy', environment: name, decide, history: 'commits' });
}

/**
 * The image that a deploy is asked for, by options or by the variables of a pipeline.
 * @throws {Failure} `missing-variable` naming all that is missing, `invalid-tag` or `invalid-digest`.
 */
export function parseDeployedImage(options: { tag?: string; digest?: string }, env: NodeJS.ProcessEnv): DeployedImage {
  const { tag = env.CI_COMMIT_SHORT_SHA, digest = env.IMAGE_DIGEST } = options;
  const tagSource = options.tag === undefined ? 'CI_COMMIT_SHORT_SHA' : '--tag';
  const digestSource = options.digest === undefined ? 'IMAGE_DIGEST' : '--digest';
  if (tag !== undefined && digest !== undefined) {
    return { tag: parseTag(tag, tagSource), digest: parseDigest(digest, digestSource) };
  }
  const missing = [
    ...(tag === undefined ? ['the tag (--tag or CI_COMMIT_SHORT_SHA)'] : []),
    ...(digest === undefined ? ['the digest (--digest or IMAGE_DIGEST)'] : []),
  ];
  throw new Failure(
    'missing-variable',
    `A deploy needs ${missing.join(' and ')}.`,
    'In a pipeline the build job gives both; by hand, take them from its build.env.',
  );
}

function parsePushedRepository({ IMAGE_REPOSITORY }: NodeJS.ProcessEnv): string | undefined {
  if (IMAGE_REPOSITORY !== '') return IMAGE_REPOSITORY;
  throw new Failure(
    'missing-variable',
    'IMAGE_REPOSITORY is empty.',
    'Set it to the repository that the image was pushed to, or unset it.',
  );
}

async function requireRepository(
  tip: Tip,
  { environment, values }: EnvironmentState,
  { revision }: Release,
  pushed: string | undefined,
): Promise<void> {
  if (pushed === undefined) return;
  const chart = await tip.readFolder(chartPath, revision);
  const pulled = readRepository(values, chart.files.get(chartValuesPath));
  if (pulled === pushed) return;
  throw new Failure(
    'other-repository',
    `The image was pushed to ${pushed}, but ${environment.name} would pull from ${pulled ?? 'nowhere'}.`,
    `Set image.repository to ${pushed} in ${chartValuesPath}, or in ${values.path}.`,
  );
}
