import type { ApplicationNames } from '../argocd/applicationset.ts';
import { parseObjects } from '../helm/manifests.ts';
import type { KubernetesObject } from '../helm/manifests.ts';
import type { Tip } from '../git/tip.ts';
import { unifyTexts } from '../git/unified.ts';
import type { Image } from '../release/image.ts';
import { replaceImage } from '../release/values.ts';
import { readApplicationNames } from '../branch/application-names.ts';
import { renderRelease } from '../branch/render.ts';
import { requireRelease } from '../branch/releases.ts';
import type { Release } from '../branch/releases.ts';
import type { EnvironmentState } from '../branch/environments.ts';
import type { Place } from '../branch/place.ts';

/** What the cluster would see of one object. */
export interface ObjectChange {
  kind: string;
  name: string;
  change: 'added' | 'removed' | 'changed';
  /** The unified difference. */
  diff: string;
}

/** What the cluster would see if an environment ran another release. */
export interface Difference {
  environment: string;
  from: Image | undefined;
  to: Image;
  /** Whether the charts of both releases say the same, so that nothing changes but the image, and what names it. */
  onlyImage: boolean;
  /** Ordered by kind and name. */
  objects: ObjectChange[];
}

interface Rendering {
  tip: Tip;
  state: EnvironmentState;
  names: ApplicationNames;
  signal: AbortSignal;
}

/**
 * Renders an environment with the release that it runs and with another one, each with the chart of that release
 * and the environment's values as they stand at the tip.
 * @throws {Failure} `unrelated` when the branch has no such release, `invalid-chart` when one does not render.
 */
export async function renderDifference(
  tip: Tip,
  state: EnvironmentState,
  to: Release,
  { env, signal }: Pick<Place, 'env' | 'signal'>,
): Promise<Difference> {
  const { environment, image: from } = state;
  const names = await readApplicationNames(tip, environment.name);
  const rendering = { tip, state, names, signal };
  const running = from && (await requireRelease(tip, from));
  const before = running ? await render(rendering, running, running) : [];
  const after = await render(rendering, to, to);
  const pairs = pairObjects(before, after);
  const objects: ObjectChange[] = [];
  for (const { kind, name, change, ...texts } of pairs) {
    const diff = await unifyTexts(`${kind}/${name}`, texts, { env, signal });
    objects.push({ kind, name, change, diff });
  }
  const imageAlone = running && pairs.length > 0 ? await render(rendering, running, to) : [];
  const onlyImage = imageAlone.length > 0 && pairObjects(imageAlone, after).length === 0;
  return { environment: environment.name, from, to, onlyImage, objects };
}

/** Renders the chart of one release with the image of another. */
async function render(
  { tip, state, names, signal }: Rendering,
  chart: Release,
  image: Release,
): Promise<KubernetesObject[]> {
  const values = { ...state.values, bytes: replaceImage(state.values, image) };
  return parseObjects(await renderRelease(tip, { chart, values, names }, { signal }));
}

interface Pair extends Omit<ObjectChange, 'diff'> {
  before: string | undefined;
  after: string | undefined;
}

/** The objects that differ, in their order. */
function pairObjects(before: readonly KubernetesObject[], after: readonly KubernetesObject[]): Pair[] {
  const texts = [before, after].map((objects) => new Map(objects.map(({ id, text }) => [id, text])));
  const objects = new Map([...before, ...after].map((object) => [object.id, object]));
  return [...objects.values()]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, kind, name }) => {
      const [old, young] = texts.map((side) => side.get(id));
      const change = old === undefined ? 'added' : young === undefined ? 'removed' : 'changed';
      return { kind, name, change, before: old, after: young } as const;
    })
    .filter((pair) => pair.before !== pair.after);
}
