import type { Digest } from '../release/image.ts';
import { buildImage, pushImage } from './buildah.ts';
import { ensurePublished, type Ensured, type PublishContext } from './ensure.ts';
import type { PublishSettings } from '../registry/settings.ts';

export interface Publication extends Ensured {
  repository: string;
  tag: string;
}

/** Makes sure that the image of the settings is in the registry: the Dockerfile's last stage, or the target named. */
export async function ensureImage(
  settings: Omit<PublishSettings, 'tag'> & { tag: string; target?: string },
  context: PublishContext,
): Promise<Publication> {
  const { progress } = context;
  const { registry: place, tag } = settings;
  const repository = `${place.host}/${place.name}`;
  const shown = `${repository}:${tag}`;
  const ensured = await ensurePublished(settings, { tag, shown }, context, async (registry, login) => {
    const bench = { ...context, ...login };
    // The image that another job has pushed since this one looked, if any: a tag is never given twice.
    const findFaster = async (): Promise<Digest | undefined> => {
      const digest = await registry.findDigest(tag);
      if (digest !== undefined)
        progress.write(`Another job has pushed ${shown} meanwhile: its image is used, ${digest}\n`);
      return digest;
    };
    progress.write(`Building ${shown}\n`);
    await buildImage(repository, settings, bench);
    const theirs = await findFaster();
    if (theirs !== undefined) return theirs;
    progress.write(`Pushing ${shown}\n`);
    try {
      return await pushImage(repository, tag, bench);
    } catch (error) {
      // A registry whose tags are immutable refuses a tag that another job was faster with.
      const digest = await findFaster();
      if (digest === undefined) throw error;
      return digest;
    }
  });
  return { ...ensured, repository, tag };
}
