import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { applicationSetPath } from '../argocd/applicationset.ts';
import { findRenderNames } from '../branch/environments.ts';
import { readYaml } from '../branch/checkout-environments.ts';
import { readPast } from '../branch/past.ts';
import { usualBranch } from '../branch/place.ts';
import { findRelease, listOlder, type Release } from '../branch/releases.ts';
import { requireRendered } from '../branch/render.ts';
import { openGit } from '../git/git.ts';
import { Tip } from '../git/tip.ts';
import { helmVersions } from '../helm/program.ts';
import type { Environment, Flow } from '../release/flow.ts';
import { holdPath } from '../release/hold.ts';
import type { Image } from '../release/image.ts';
import type { Ledger } from '../release/ledger.ts';
import { readImage, valuesPath } from '../release/values.ts';
import { Failure } from '../shell/failure.ts';

/** A folder with environments, and a history with their releases. */
interface Linted {
  root: string;
  tip: Tip;
  signal: AbortSignal;
}

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
  const { ledger } = await readPast(tip);
  const rendered = new Set<string>();
  for (const environment of flow.environments) {
    const linted = { root, tip, signal };
    for await (const candidate of listCandidates(linted, environment, { running, ledger })) {
      await lintRelease(linted, environment, candidate);
      rendered.add(candidate.chart.tag);
    }
  }
  return [...rendered];
}

/** The releases that an environment must render with, and why. */
async function* listCandidates(
  { root, tip }: Linted,
  { name, from = '' }: Environment,
  { running, ledger }: { running: ReadonlyMap<string, Image>; ledger: Ledger },
) {
  const [present, next] = [running.get(name), running.get(from)];
  if (present) yield { chart: await requireHere(tip, present), role: `${name} runs` };
  if (next) yield { chart: await requireHere(tip, next), role: `${name} gets next` };
  // An environment that is held has gone back already, or is where somebody wants it.
  if (existsSync(join(root, holdPath(name)))) return;
  for await (const chart of listOlder(tip, ledger.recordOf(name).runs, present)) {
    yield { chart, role: `a rollback of ${name} returns to` };
    return;
  }
}

async function requireHere(tip: Tip, image: Image): Promise<Release> {
  const release = await findRelease(tip, image);
  if (release) return release;
  throw new Failure(
    'invalid-chart',
    `There is no chart of the release ${image.tag} here.`,
    'If the history is cut short, fetch it: git fetch --unshallow',
  );
}

async function lintRelease(
  { root, tip, signal }: Linted,
  environment: Environment,
  { chart, role }: { chart: Release; role: string },
): Promise<void> {
  const values = await readYaml(root, valuesPath(environment.name));
  const names = findRenderNames({ files: await tip.readFiles([applicationSetPath]), environment });
  try {
    const rendering = { chart, image: chart, values, names };
    for (const helm of helmVersions) await requireRendered(tip, rendering, { helm, signal });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(
      error.code,
      `${values.path} does not fit the chart of ${chart.tag}, which ${role}.\n${error.message}`,
      'A value takes effect at once, a chart with its release: first deliver one that knows the value.',
      { cause: error },
    );
  }
}
