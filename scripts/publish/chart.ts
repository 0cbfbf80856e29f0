import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageChart, pushChart } from '../helm/push.ts';
import { Failure } from '../shell/failure.ts';
import { makeTemporary } from '../shell/machine.ts';
import { answerLimit, type PublishContext, writeLogin } from './ensure-image.ts';
import { openRegistry } from '../registry/open.ts';
import { parsePublishSettings } from '../registry/settings.ts';
import type { Tag } from '../release/image.ts';
import { readScalar } from '../release/scalars.ts';

export interface ChartPublication {
  outcome: 'published' | 'reused';
  /** `oci://host/path/chart`, as Helm wants it. */
  reference: string;
  version: string;
  digest: string;
}

/**
 * Makes sure that the chart of the release is in the registry, so that other projects can use it.
 * @throws {Failure} for variables that are missing or wrong, a registry that refuses, a chart that is none.
 */
export async function publishChart({
  env,
  cwd,
  signal,
  progress,
}: PublishContext): Promise<ChartPublication> {
  const settings = parsePublishSettings(env);
  const chart = await readChart(join(cwd, 'helm-chart'));
  const { host, name: project } = settings.registry;
  const version = versionOf(chart.version, settings.tag);
  const name = `${project}/${chart.name}`;
  const registry = openRegistry({ ...settings.registry, name }, { signal, timeLimit: answerLimit });
  const reference = `oci://${host}/${name}`;

  if (settings.warning !== undefined) progress.write(`${settings.warning}\n`);
  progress.write(`Looking for ${reference}, version ${version}\n`);
  const found = await registry.findDigest(version);
  if (found !== undefined) return { outcome: 'reused', reference, version, digest: found };

  const auth = await registry.authorizePush();
  await using folder = await makeTemporary('publish-');
  const authFile = await writeLogin(folder.path, host, auth);
  const bench = { env, temporary: folder.path, authFile, signal };
  const archive = await packageChart(chart.folder, { version, appVersion: settings.tag }, bench);
  const digest = await pushChart(archive, `${host}/${project}`, bench);
  return { outcome: 'published', reference, version, digest };
}

/** A version of the chart for each release. The letter keeps it one where a SHA is all digits and begins with 0. */
function versionOf(chart: string, release: Tag): string {
  return `${chart}-g${release}`;
}

async function readChart(folder: string): Promise<{ folder: string; name: string; version: string }> {
  const path = join(folder, 'Chart.yaml');
  const file = { path, bytes: await readFile(path) };
  const [name, version] = ['name', 'version'].map((key) => readScalar(file, [key]));
  if (typeof name === 'string' && typeof version === 'string') return { folder, name, version };
  throw new Failure('invalid-chart', `${path} has no name, or no version.`, 'Write both.');
}
