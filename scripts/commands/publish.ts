import { mkdtempDisposable, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { Failure } from '../failure.ts';
import { buildImage, digestImage, pushImage, type Workbench } from '../registry/buildah.ts';
import { openRegistry } from '../registry/open.ts';
import type { Registry } from '../registry/registry.ts';
import { parsePublishSettings, type PublishSettings } from '../registry/settings.ts';
import type { Digest, Image, Tag } from '../release/image.ts';

/** What publishing did: a tag that the registry has already is not built again. */
export interface Publication extends Image {
  outcome: 'published' | 'reused';
  repository: string;
}

export interface PublishContext {
  env: NodeJS.ProcessEnv;
  /** The folder with the Dockerfile; `build.env` is written there. */
  cwd: string;
  signal?: AbortSignal | undefined;
  /** Where the progress goes, for people. */
  progress: Writable;
}

/** Milliseconds that a registry has for an answer. */
const answerLimit = 20_000;

/**
 * Makes sure that the image of the release is in the registry, and hands its name on in `build.env`.
 * @throws {Failure} for variables that are missing or wrong, a build that fails, a registry that refuses.
 */
export async function publish(context: PublishContext): Promise<Publication> {
  const { env, cwd, signal, progress } = context;
  const settings = parsePublishSettings(env);
  const { tag } = settings;
  const repository = `${settings.registry.host}/${settings.registry.name}`;
  const registry = openRegistry(settings.registry, { signal, timeLimit: answerLimit });

  if (settings.warning !== undefined) progress.write(`${settings.warning}\n`);
  progress.write(`Looking for ${repository}:${tag}\n`);
  const found = await registry.findDigest(tag);
  const digest = found ?? (await buildAndPush(registry, repository, settings, context));

  await replaceFile(
    join(cwd, 'build.env'),
    `IMAGE_REPOSITORY=${repository}\nIMAGE_TAG=${tag}\nIMAGE_DIGEST=${digest}\n`,
  );
  return { outcome: found ? 'reused' : 'published', repository, tag, digest };
}

async function buildAndPush(
  registry: Registry,
  repository: string,
  { registry: { host }, tag, buildArgs }: PublishSettings,
  { progress, ...context }: PublishContext,
): Promise<Digest> {
  // Asked before the build, so that a job that may not push learns it now, and a build can read from here too.
  const auth = await registry.authorizePush();
  await using folder = await mkdtempDisposable(join(tmpdir(), 'publish-'));
  const authFile = join(folder.path, 'auth.json');
  await writeFile(authFile, JSON.stringify({ auths: { [host]: { auth } } }), { mode: 0o600 });

  const bench: Workbench = { ...context, temporary: folder.path, authFile, echo: progress };
  progress.write(`Building ${repository}:${tag}\n`);
  await buildImage(repository, tag, buildArgs, bench);
  await requireFree(registry, repository, tag, bench);
  progress.write(`Pushing ${repository}:${tag}\n`);
  try {
    return await pushImage(repository, tag, bench);
  } catch (error) {
    // A registry whose tags are immutable says the same of a tag that another job was faster with.
    await requireFree(registry, repository, tag, bench);
    throw error;
  }
}

/** @throws {Failure} `tag-taken` when another image has got the tag since this one began to be built. */
async function requireFree(
  registry: Registry,
  repository: string,
  tag: Tag,
  bench: Workbench,
): Promise<void> {
  const taken = await registry.findDigest(tag);
  if (taken === undefined) return;
  const built = await digestImage(repository, tag, bench);
  if (built === taken) return;
  throw new Failure(
    'tag-taken',
    `${repository}:${tag} was pushed by another job meanwhile, as ${taken}; this job has built ${built}.`,
    'Nothing was replaced. Run the job again: it uses the image that is there.',
  );
}

/** Whoever reads the file sees the old content or the new, also when the job is killed now. */
async function replaceFile(path: string, content: string): Promise<void> {
  const draft = `${path}.draft`;
  await writeFile(draft, content);
  await rename(draft, path);
}
