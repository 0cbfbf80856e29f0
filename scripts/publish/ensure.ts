import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { openRegistry } from '../registry/open.ts';
import type { Registry } from '../registry/registry.ts';
import type { PublishSettings } from '../registry/settings.ts';
import type { Digest } from '../release/image.ts';
import { makeTemporary } from '../shell/machine.ts';

export interface PublishContext {
  env: NodeJS.ProcessEnv;
  /** The folder with the Dockerfile, and the chart's folder in it. */
  cwd: string;
  signal?: AbortSignal | undefined;
  /** Where the progress goes, for people. */
  progress: Writable;
}

/** What a push needs besides. */
export interface Login {
  /** A folder for what must not outlive the run. */
  temporary: string;
  /** The file with the registry's credentials. */
  authFile: string;
}

/** Milliseconds that a registry has for an answer. */
const answerLimit = 20_000;

/** Makes sure that the registry has what a tag names, which is told under a name of its own: what it has is not made again. */
export async function ensurePublished(
  { registry: settings, warning }: Pick<PublishSettings, 'registry' | 'warning'>,
  { tag, shown }: { tag: string; shown: string },
  { signal, progress }: PublishContext,
  push: (registry: Registry, login: Login) => Promise<Digest>,
) {
  const registry = openRegistry(settings, { signal, timeLimit: answerLimit });
  if (warning !== undefined) progress.write(`${warning}\n`);
  progress.write(`Looking for ${shown}\n`);
  const found = await registry.findDigest(tag);
  if (found !== undefined) return { outcome: 'reused' as const, digest: found };

  // Asked before a build, so that a job that may not push learns it now, and a build can read from here too.
  const auth = await registry.authorizePush();
  await using folder = await makeTemporary('publish-');
  const authFile = join(folder.path, 'auth.json');
  await writeFile(authFile, JSON.stringify({ auths: { [settings.host]: { auth } } }), { mode: 0o600 });
  return { outcome: 'published' as const, digest: await push(registry, { temporary: folder.path, authFile }) };
}
