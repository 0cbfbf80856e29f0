import { mkdtempDisposable, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { buildImage, pushImage } from '../registry/buildah.ts';
import { openRegistry } from '../registry/open.ts';
import type { Registry } from '../registry/registry.ts';
import { parsePublishSettings, type PublishSettings } from '../registry/settings.ts';
import type { Digest, Image } from '../release/image.ts';

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

  const bench = { ...context, temporary: folder.path, authFile, echo: progress };
  progress.write(`Building ${repository}:${tag}\n`);
  await buildImage(repository, tag, buildArgs, bench);
  progress.write(`Pushing ${repository}:${tag}\n`);
  return await pushImage(repository, tag, bench);
}

/** Whoever reads the file sees the old content or the new, also when the job is killed now. */
async function replaceFile(path: string, content: string): Promise<void> {
  const draft = `${path}.draft`;
  await writeFile(draft, content);
  await rename(draft, path);
}
