import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PublishContext } from './ensure.ts';
import { ensureImage, type Publication } from './ensure-image.ts';
import { parsePublishSettings } from '../registry/settings.ts';

/**
 * Makes sure that the image of the release is in the registry, and hands its name on in `build.env`.
 * @throws {Failure} for variables that are missing or wrong, a build that fails, a registry that refuses.
 */
export async function publish(context: PublishContext): Promise<Publication> {
  const publication = await ensureImage(parsePublishSettings(context.env), context);
  const { repository, tag, digest } = publication;
  const file = join(context.cwd, 'build.env');
  // Whoever reads the file sees the old content or the new, also when the job is killed now.
  const draft = `${file}.draft`;
  await writeFile(draft, `IMAGE_REPOSITORY=${repository}\nIMAGE_TAG=${tag}\nIMAGE_DIGEST=${digest}\n`);
  await rename(draft, file);
  return publication;
}
