import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parsePublishSettings, type PublishSettings } from '../registry/settings.ts';
import { buildImage, pushImage } from './buildah.ts';
import { ensurePublished, type PublishContext } from './ensure.ts';

/**
 * Makes sure that the image of the release is in the registry, and hands its name on in `build.env`.
 * @throws {Failure} for variables that are missing or wrong, a build that fails, a registry that refuses.
 */
export async function publish(context: PublishContext) {
  const publication = await ensureImage(parsePublishSettings(context.env), context);
  const { repository, tag, digest } = publication;
  const file = join(context.cwd, 'build.env');
  // Whoever reads the file sees the old content or the new, also when the job is killed now.
  const draft = `${file}.draft`;
  await writeFile(draft, `IMAGE_REPOSITORY=${repository}\nIMAGE_TAG=${tag}\nIMAGE_DIGEST=${digest}\n`);
  await rename(draft, file);
  return publication;
}

/** Makes sure that the image of the settings is in the registry: the Dockerfile's last stage, or the target named. */
export async function ensureImage(
  settings: Omit<PublishSettings, 'tag'> & { tag: string; target?: string },
  context: PublishContext,
) {
  const { progress } = context;
  const { registry: place, tag } = settings;
  const repository = `${place.host}/${place.name}`;
  const shown = `${repository}:${tag}`;
  const ensured = await ensurePublished(settings, { tag, shown }, context, async (registry, login) => {
    const bench = { ...context, ...login };
    // The image that another job has pushed since this one looked, if any: a tag is never given twice.
    const findFaster = async () => {
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
