import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { makeTemporary } from '../shell/machine.ts';
import type { Digest, Tag } from '../release/image.ts';
import { buildImage, pushImage, type Workbench } from './buildah.ts';
import { openRegistry } from '../registry/open.ts';
import type { Registry } from '../registry/registry.ts';
import type { PublishSettings } from '../registry/settings.ts';

/** What became of an image: one that the registry has already is not built again. */
export interface Publication {
  outcome: 'published' | 'reused';
  repository: string;
  tag: Tag;
  digest: Digest;
}

export interface PublishContext {
  env: NodeJS.ProcessEnv;
  /** The folder with the Dockerfile. */
  cwd: string;
  signal?: AbortSignal | undefined;
  /** Where the progress goes, for people. */
  progress: Writable;
}

/** Milliseconds that a registry has for an answer. */
export const answerLimit = 20_000;

/** Makes sure that the image of the settings is in the registry: the Dockerfile's last stage, or the target named. */
export async function ensureImage(
  settings: PublishSettings & { target?: string },
  context: PublishContext,
): Promise<Publication> {
  const { signal, progress } = context;
  const { tag } = settings;
  const repository = `${settings.registry.host}/${settings.registry.name}`;
  const registry = openRegistry(settings.registry, { signal, timeLimit: answerLimit });

  if (settings.warning !== undefined) progress.write(`${settings.warning}\n`);
  progress.write(`Looking for ${repository}:${tag}\n`);
  const found = await registry.findDigest(tag);
  const digest = found ?? (await buildAndPush(registry, repository, settings, context));
  return { outcome: found ? 'reused' : 'published', repository, tag, digest };
}

/** Writes a file with the login of a push, for as long as the folder lives. */
export async function writeLogin(folder: string, host: string, auth: string): Promise<string> {
  const file = join(folder, 'auth.json');
  await writeFile(file, JSON.stringify({ auths: { [host]: { auth } } }), { mode: 0o600 });
  return file;
}

async function buildAndPush(
  registry: Registry,
  repository: string,
  settings: PublishSettings & { target?: string },
  { progress, ...context }: PublishContext,
): Promise<Digest> {
  const { tag } = settings;
  // Asked before the build, so that a job that may not push learns it now, and a build can read from here too.
  const auth = await registry.authorizePush();
  await using folder = await makeTemporary('publish-');
  const authFile = await writeLogin(folder.path, settings.registry.host, auth);

  const bench: Workbench = { ...context, temporary: folder.path, authFile, echo: progress };
  progress.write(`Building ${repository}:${tag}\n`);
  await buildImage(repository, settings, bench);
  const faster = () => findFaster(registry, repository, tag, progress);
  const theirs = await faster();
  if (theirs !== undefined) return theirs;
  progress.write(`Pushing ${repository}:${tag}\n`);
  try {
    return await pushImage(repository, tag, bench);
  } catch (error) {
    // A registry whose tags are immutable refuses a tag that another job was faster with.
    const digest = await faster();
    if (digest === undefined) throw error;
    return digest;
  }
}

/** The image that another job has pushed under the tag since this one looked, if any: a tag is never given twice. */
async function findFaster(
  registry: Registry,
  repository: string,
  tag: Tag,
  progress: Writable,
): Promise<Digest | undefined> {
  const digest = await registry.findDigest(tag);
  if (digest !== undefined)
    progress.write(`Another job has pushed ${repository}:${tag} meanwhile: its image is used, ${digest}\n`);
  return digest;
}
