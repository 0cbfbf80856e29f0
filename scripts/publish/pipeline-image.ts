import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../shell/failure.ts';
import type { PublishContext } from './ensure.ts';
import { ensureImage, type Publication } from './ensure-image.ts';
import { parsePublishSettings } from '../registry/settings.ts';
import { parseTag, type Tag } from '../release/image.ts';

const target = 'pipeline';

/**
 * Makes sure that the image which the pipeline's jobs run in is in the registry, beside that of the service. Its tag is
 * made of its part of the Dockerfile, so it is built again exactly when that part changes.
 */
export async function publishPipeline(context: PublishContext): Promise<Publication> {
  const { registry, ...settings } = parsePublishSettings(context.env);
  const tag = tagOfStage(await readFile(join(context.cwd, 'Dockerfile'), 'utf8'));
  return ensureImage(
    { ...settings, registry: { ...registry, name: `${registry.name}/${target}` }, tag, target },
    context,
  );
}

/** The tag of the image that a Dockerfile's `pipeline` stage and the arguments before all stages make. */
function tagOfStage(dockerfile: string): Tag {
  const [head = '', ...stages] = dockerfile.split(/^(?=FROM )/m);
  const stage = stages.find((text) => new RegExp(`^FROM \\S+ AS ${target}\\s`).test(text));
  if (stage === undefined) {
    throw new Failure('usage', `The Dockerfile has no stage ${target}.`, `Add: FROM … AS ${target}`);
  }
  return parseTag(hash('sha256', head + stage).slice(0, 12), 'Dockerfile');
}
