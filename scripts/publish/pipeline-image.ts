import { createHash } from 'node:crypto';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { Failure } from '../shell/failure.ts';
import type { PublishContext } from './ensure.ts';
import { ensureImage, type Publication } from './ensure-image.ts';
import { parsePublishSettings } from '../registry/settings.ts';

/** An image that jobs run in, and whose jobs those are. */
type PipelineImage = Publication & { jobs: string };

/**
 * Makes sure that the images which the jobs of pipelines run in are in the registry, beside that of the service. The tag of the
 * one for this project is made of what goes into it, so it is built again exactly when that changes; the one for services in
 * any language has the version of this project, and is never given another content.
 */
export async function publishPipeline(context: PublishContext): Promise<PipelineImage[]> {
  const { registry, ...settings } = parsePublishSettings(context.env);
  const tag = await tagOfContents(context.cwd);
  const publish = async (target: string, tagOfTarget: string, jobs: string) => {
    const place = { ...registry, name: `${registry.name}/${target}` };
    const image = await ensureImage({ ...settings, registry: place, tag: tagOfTarget, target }, context);
    return { ...image, jobs };
  };
  return [
    await publish('gitops', manifest.version, 'a service in any language'),
    await publish('pipeline', tag, 'this project'),
  ];
}

/** The tag that the lines of the Dockerfile up to the end of the stage `pipeline`, the lock file and the scripts make. */
async function tagOfContents(folder: string): Promise<string> {
  const [lines] =
    /^.*^FROM \S+ AS pipeline\n.*?(?=^FROM )/ms.exec(await readFile(join(folder, 'Dockerfile'), 'utf8')) ?? [];
  if (lines === undefined) {
    throw new Failure('usage', 'The Dockerfile has no stage pipeline.', 'Add: FROM … AS pipeline');
  }
  const sum = createHash('sha256').update(lines);
  const scripts = await Array.fromAsync(glob('scripts/**/*.*', { cwd: folder }));
  for (const path of ['package-lock.json', ...scripts.sort()]) {
    sum.update(`${path}\0`).update(await readFile(join(folder, path)));
  }
  return sum.digest('hex').slice(0, 12);
}
