import { posix } from 'node:path';
import type { ApplicationNames } from '../argocd/applicationset.ts';
import type { CommitFile } from '../git/commit.ts';
import type { Tip } from '../git/tip.ts';
import { renderChart, type ChartInput } from '../helm/helm.ts';
import { findImages } from '../helm/manifests.ts';
import type { Image } from '../release/image.ts';
import { readRepository, replaceImage } from '../release/values.ts';
import type { YamlFile } from '../release/yaml-file.ts';
import { write } from '../shell/contents.ts';
import { Failure } from '../shell/failure.ts';
import { makeTemporary } from '../shell/machine.ts';
import type { Release } from './releases.ts';

/** What is rendered: an environment's values with an image in them, by the chart of a release. */
export interface Rendering {
  chart: Release;
  image: Image;
  values: YamlFile;
  names: Pick<ApplicationNames, 'chart' | 'release' | 'namespace'>;
}

type HelmOptions = Pick<ChartInput, 'helm' | 'signal'>;
type Files = ReadonlyMap<string, CommitFile>;

/**
 * Renders an environment's values with the chart as it stood in a release, as Argo CD does.
 * @throws {Failure} `invalid-chart` when the release has no chart, or one that does not take the values.
 */
export async function renderRelease(tip: Tip, rendering: Rendering, options: HelmOptions): Promise<string> {
  return render(await readChart(tip, rendering), rendering, options);
}

/**
 * Requires that a release renders with an environment's values, and that every container whose image is of the
 * environment's repository runs the release's own image, and at least one does.
 * @throws {Failure} `invalid-chart`, or `invalid-file` where YAML parsers would read differently what comes out.
 */
export async function requireRendered(tip: Tip, rendering: Rendering, options: HelmOptions): Promise<void> {
  const { chart, values, names } = rendering;
  const files = await readChart(tip, rendering);
  const images = findImages(await render(files, rendering, options));
  const repository = readRepository(values, files.get(posix.join(names.chart, 'values.yaml')));
  if (repository === undefined) {
    throw new Failure(
      'invalid-chart',
      `image.repository is set neither in ${values.path} nor in ${names.chart}/values.yaml of ${chart.tag}.`,
      'Set it to the repository that the image is pulled from.',
    );
  }
  const expected = `${repository}:${chart.tag}${chart.digest && `@${chart.digest}`}`;
  // With whatever tag and digest.
  const ofRepository = new RegExp(`^${RegExp.escape(repository)}(?:[:@]|$)`);
  const own = images.filter((image) => ofRepository.test(image));
  const other = own.find((image) => image !== expected);
  if (other === undefined && own.length > 0) return;
  const named = other === undefined ? `no image of ${repository}` : `the image ${other}`;
  throw new Failure(
    'invalid-chart',
    `With ${values.path}, the chart of ${chart.tag} renders ${named}, expected ${expected}.`,
    'The chart must name image.repository, image.tag and image.digest as the values give them.',
  );
}

async function readChart(tip: Tip, { chart, names }: Rendering): Promise<Files> {
  const isInside = !/^(?:\/|\.\.(?:\/|$))/.test(posix.normalize(names.chart));
  const { files } = isInside ? await tip.readFolder(names.chart, chart.revision) : {};
  if (files && files.size > 0) return files;
  throw new Failure(
    'invalid-chart',
    `The release ${chart.tag} has no chart at ${names.chart}.`,
    'Name a release that has one: git log --oneline shows the commits.',
  );
}

/** No path and no link leads out of the folder: a tip gives regular files alone, at paths that were checked. */
async function render(files: Files, { values, image, names }: Rendering, { helm, signal }: HelmOptions) {
  await using folder = await makeTemporary('gitops-render-');
  const delivered = { path: values.path, bytes: replaceImage(values, image) };
  await write(folder.path, new Map([...files.values(), delivered].map(({ path, bytes }) => [path, bytes])));
  const { chart, release: name, namespace } = names;
  return await renderChart({ helm, signal, cwd: folder.path, chart, name, namespace, values: [values.path] });
}
