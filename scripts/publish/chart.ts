import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageChart, pushChart } from '../helm/push.ts';
import { Failure } from '../shell/failure.ts';
import { ensurePublished, type PublishContext } from './ensure.ts';
import { parsePublishSettings } from '../registry/settings.ts';
import { readScalar } from '../release/scalars.ts';

/**
 * Makes sure that the chart of the release is in the registry, so that other projects can use it.
 * @throws {Failure} for variables that are missing or wrong, a registry that refuses, a chart that is none.
 */
export async function publishChart(context: PublishContext) {
  const { env, cwd, signal } = context;
  const settings = parsePublishSettings(env);
  const chart = await readChart(join(cwd, 'helm-chart'));
  const { host, name: project } = settings.registry;
  // A version for each release. The letter keeps it one where a SHA is all digits and begins with 0.
  const version = `${chart.version}-g${settings.tag}`;
  const name = `${project}/${chart.name}`;
  const reference = `oci://${host}/${name}`;
  const ensured = await ensurePublished(
    { ...settings, registry: { ...settings.registry, name } },
    { tag: version, shown: `${reference}, version ${version}` },
    context,
    async (_, login) => {
      const bench = { env, signal, ...login };
      const archive = await packageChart(chart.folder, { version, appVersion: settings.tag }, bench);
      return pushChart(archive, `${host}/${project}`, bench);
    },
  );
  return { ...ensured, reference, version };
}

async function readChart(folder: string) {
  const path = join(folder, 'Chart.yaml');
  const file = { path, bytes: await readFile(path) };
  const [name, version] = ['name', 'version'].map((key) => readScalar(file, [key]));
  if (typeof name === 'string' && typeof version === 'string') return { folder, name, version };
  throw new Failure('invalid-chart', `${path} has no name, or no version.`, 'Write both.');
}
