import { createHash } from 'node:crypto';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { Failure } from '../shell/failure.ts';
import type { PublishContext } from './ensure.ts';
import { ensureImage } from './image.ts';
import { parsePublishSettings } from '../registry/settings.ts';

/**
 * Makes sure that the images which the jobs of pipelines run in are in the registry, beside that of the service. The tag of the
 * one for this project is made of what goes into it, so it is built again exactly when that changes; the one for services in
 * any language has the version of this project, and is never given another content.
 */
export async function publishPipeline(context: PublishContext) {
  const { registry, ...settings } = parsePublishSettings(context.env);
  const tagOfProject = await tagOfContents(context.cwd);
  const publish = async (target: string, tag: string, jobs: string) => {
    const place = { ...registry, name: `${registry.name}/${target}` };
    return { ...(await ensureImage({ ...settings, registry: place, tag, target }, context)), jobs };
  };
  return [
    await publish('gitops', manifest.version, 'a service in any language'),
    await publish('pipeline', tagOfProject, 'this project'),
  ];
}

/** The tag that the lines of the Dockerfile up to the end of the stage `pipeline`, the lock file and the scripts make. */
async function tagOfContents(folder: string): Promise<string> {
  const dockerfile = await readFile(join(folder, 'Dockerfile'), 'utf8');
  const [lines] = /^.*^FROM \S+ AS pipeline\n.*?(?=^FROM )/ms.exec(dockerfile) ?? [];
  if (lines === undefined)
    throw new Failure('usage', 'The Dockerfile has no stage pipeline.', 'Add: FROM … AS pipeline');
  const sum = createHash('sha256').update(lines);
  const scripts = await Array.fromAsync(glob('scripts/**/*.*', { cwd: folder }));
  for (const path of ['package-lock.json', ...scripts.sort()]) {
    sum.update(`${path}\0`).update(await readFile(join(folder, path)));
  }
  return sum.digest('hex').slice(0, 12);
}
