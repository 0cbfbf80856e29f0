import { parseObjects, type KubernetesObject } from '../helm/manifests.ts';
import type { Tip } from '../git/tip.ts';
import { unifyTexts } from '../git/unified.ts';
import { requireNames, type EnvironmentState } from '../branch/environments.ts';
import { renderRelease, type Rendering } from '../branch/render.ts';
import { requireRelease, type Release } from '../branch/releases.ts';
import type { Place } from '../branch/place.ts';

/** What the cluster would see if an environment ran another release, or the same with other values. */
export type Difference = Awaited<ReturnType<typeof compareSides>>;

/**
 * Renders an environment with the release that it runs and with another one, each with the chart of that release
 * and the environment's values as they stand at the tip.
 * @throws {Failure} `unrelated` when the branch has no such release, `invalid-chart` when one does not render.
 */
export async function renderDifference(
  tip: Tip,
  state: EnvironmentState,
  to: Release,
  place: Place,
): Promise<Difference> {
  const { environment, values, image: from } = state;
  const names = requireNames(state);
  const before = from && { names, values, image: from, chart: await requireRelease(tip, from) };
  return compareSides(tip, environment.name, { before, after: { names, values, image: to, chart: to } }, place);
}

/**
 * Renders both sides, and compares what comes out.
 * @throws {Failure} `invalid-chart` when one does not render.
 */
export async function compareSides(
  tip: Tip,
  environment: string,
  { before, after }: { before: Rendering | undefined; after: Rendering },
  place: Place,
) {
  const render = async (side: Rendering) => parseObjects(await renderRelease(tip, side, place));
  const [old, young] = await Promise.all([before ? render(before) : [], render(after)]);
  const pairs = pairObjects(old, young);
  const objects = pairs.map(async ({ kind, name, change, ...texts }) => {
    const diff = await unifyTexts(`${kind}/${name}`, texts, place);
    return { kind, name, change, onlyLabels: findLabels(texts, diff), diff };
  });
  const swapped = before && pairs.length > 0 ? await render({ ...before, image: after.image }) : [];
  return {
    environment,
    from: before?.image,
    to: after.image,
    /** Whether the charts of both releases say the same, so that nothing changes but the image, and what names it. */
    onlyImage: swapped.length > 0 && pairObjects(swapped, young).length === 0,
    /** The Jobs that run before the release does. */
    migrations: young.filter(({ isMigration }) => isMigration).map(({ name }) => name),
    /** Ordered by kind and name. */
    objects: await Promise.all(objects),
  };
}

// Objects are written with two spaces a level.
const ownLabels = /^(metadata:\n(?: +.*\n)*?) {2}labels:\n(?: {4}.*\n)+/m;

/** The labels that change, where only labels of the object itself do; labels of its pods are not counted. */
function findLabels(texts: Record<'before' | 'after', string | undefined>, diff: string): string[] | undefined {
  const [old, young] = [texts.before, texts.after].map((text) => text?.replace(ownLabels, '$1'));
  if (old === undefined || old !== young) return undefined;
  return [...new Set([...diff.matchAll(/^[-+] {4}([^\s:]+):/gm)].map(([, label = '']) => label))];
}

/** The objects that differ, in their order. */
function pairObjects(before: readonly KubernetesObject[], after: readonly KubernetesObject[]) {
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
