import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findRenderNames } from '../branch/environments.ts';
import { readYaml } from '../branch/checkout-environments.ts';
import { readPast } from '../branch/past.ts';
import { usualBranch } from '../branch/place.ts';
import { findRelease, listOlder, type Release } from '../branch/releases.ts';
import { requireRendered, type Rendering } from '../branch/render.ts';
import { openGit } from '../git/git.ts';
import { Tip } from '../git/tip.ts';
import { helmVersions } from '../helm/program.ts';
import { environmentsFolder, type Environment, type Flow } from '../release/flow.ts';
import { holdPath } from '../release/hold.ts';
import type { Image } from '../release/image.ts';
import type { Run } from '../release/ledger.ts';
import { readImage, valuesPath } from '../release/values.ts';
import { Failure } from '../shell/failure.ts';

/**
 * Renders each environment with the chart of the release that it runs, which a changed value reaches at once, of the
 * one that the environment before it runs, which comes next, and of the one that a rollback returns to; answers their
 * tags.
 * @throws {Failure} `invalid-chart` when one does not render, or the history of the checkout does not have it.
 */
export async function lintReleases(root: string, checkout: string, flow: Flow, signal: AbortSignal): Promise<string[]> {
  const running = new Map<string, Image>();
  for (const { name } of flow.environments) {
    const image = readImage(await readYaml(root, valuesPath(name)));
    if (image) running.set(name, image);
  }
  if (running.size === 0) return [];
  const git = openGit(checkout, { env: process.env, signal });
  const moment = { branch: usualBranch(process.env), now: new Date() };
  const tip = new Tip({ git, fetchObjects: undefined }, await git.read(['rev-parse', 'HEAD']), moment);
  const [{ ledger }, { files }] = [await readPast(tip), await tip.readFolder(environmentsFolder)];
  const rendered = new Set<string>();
  for (const environment of flow.environments) {
    const { name } = environment;
    const values = await readYaml(root, valuesPath(name));
    const names = findRenderNames({ files, environment });
    // An environment that is held has gone back already, or is where somebody wants it.
    const runs = existsSync(join(root, holdPath(name))) ? [] : ledger.recordOf(name).runs;
    for await (const { image, role } of listCandidates(tip, environment, { running, runs })) {
      const chart = await requireHere(tip, image);
      await requireFit(tip, { chart, image: chart, values, names }, role, signal);
      rendered.add(chart.tag);
    }
  }
  return [...rendered];
}

/** The releases that an environment must render with, and why. */
async function* listCandidates(
  tip: Tip,
  { name, from = '' }: Environment,
  { running, runs }: { running: ReadonlyMap<string, Image>; runs: readonly Run[] },
) {
  const [present, next] = [running.get(name), running.get(from)];
  if (present) yield { image: present, role: `${name} runs` };
  if (next) yield { image: next, role: `${name} gets next` };
  for await (const image of listOlder(tip, runs, present)) {
    yield { image, role: `a rollback of ${name} returns to` };
    return;
  }
}

async function requireHere(tip: Tip, image: Image): Promise<Release> {
  const release = await findRelease(tip, image);
  if (release) return release;
  const hint = 'If the history is cut short, fetch it: git fetch --unshallow';
  throw new Failure('invalid-chart', `There is no chart of the release ${image.tag} here.`, hint);
}

async function requireFit(tip: Tip, rendering: Rendering, role: string, signal: AbortSignal): Promise<void> {
  try {
    for (const helm of helmVersions) await requireRendered(tip, rendering, { helm, signal });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(
      error.code,
      `${rendering.values.path} does not fit the chart of ${rendering.chart.tag}, which ${role}.\n${error.message}`,
      'A value takes effect at once, a chart with its release: first deliver one that knows the value.',
      { cause: error },
    );
  }
}
