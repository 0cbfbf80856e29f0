import { Failure } from '../shell/failure.ts';
import type { Tip } from '../git/tip.ts';
import { findFreeze } from '../release/flow.ts';
import { parseDigest, parseTag } from '../release/image.ts';
import type { Image } from '../release/image.ts';
import { judgeDeploy, requireFirst } from '../release/rules.ts';
import { chartValuesPath, readRepository } from '../release/values.ts';
import { deliver } from './deliver.ts';
import type { Decision, DeliveryResult, Outlook } from './deliver.ts';
import { listGains, relateReleases, requireRelease } from '../branch/releases.ts';
import { holdOf } from '../branch/environments.ts';
import type { EnvironmentState } from '../branch/environments.ts';
import type { World } from '../branch/place.ts';

/** Puts a new release into an environment that takes from no other. */
export async function deploy(world: World, name: string, image: Image): Promise<DeliveryResult> {
  const pushed = parsePushedRepository(world.env);
  const decide = async ({ tip, state, now }: Outlook): Promise<Decision> => {
    const { flow, environment, image: from } = state;
    const hold = holdOf(state);
    requireFirst(environment);
    const relation = await relateReleases(tip, image, state);
    const freeze = findFreeze(flow, name, now);
    const outcome = judgeDeploy({ environment, from, to: image, relation, hold, freeze });
    if (outcome !== 'changed') return { outcome, to: image };
    await requireRepository(tip, state, image, pushed);
    return { outcome, to: image, commits: await listGains(tip, from, image) };
  };
  return deliver(world, { kind: 'deploy', environment: name, decide });
}

/**
 * The image that a deploy is asked for, by options or by the variables of a pipeline.
 * @throws {Failure} `missing-variable` naming all that is missing, `invalid-tag` or `invalid-digest`.
 */
export function parseDeployedImage(
  options: { tag?: string; digest?: string },
  env: NodeJS.ProcessEnv,
): Image {
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
  { tag }: Image,
  pushed: string | undefined,
): Promise<void> {
  if (pushed === undefined) return;
  const chart = await tip.readFiles([chartValuesPath], await requireRelease(tip, tag));
  const pulled = readRepository(values, chart.get(chartValuesPath));
  if (pulled === pushed) return;
  throw new Failure(
    'other-repository',
    `The image was pushed to ${pushed}, but ${environment.name} would pull from ${pulled ?? 'nowhere'}.`,
    `Set image.repository to ${pushed} in ${chartValuesPath}, or in ${values.path}.`,
  );
}
