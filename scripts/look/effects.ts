import { isDeepStrictEqual } from 'node:util';
import {
  findRenderNames,
  readBrokenEnvironments,
  stateOf,
  type Environments,
  type EnvironmentState,
} from '../branch/environments.ts';
import type { Place } from '../branch/place.ts';
import type { Rendering } from '../branch/render.ts';
import { requireRelease, type Release } from '../branch/releases.ts';
import type { Reviewed } from '../branch/reviewed.ts';
import type { Tip } from '../git/tip.ts';
import { holdPath } from '../release/hold.ts';
import { parseRevision, parseTag } from '../release/image.ts';
import { attempt } from '../release/ledger.ts';
import { Failure, reach } from '../shell/failure.ts';
import { compareSides } from './difference.ts';

/** What a merge would do to an environment. A failure says why the difference cannot be shown. */
export type Effect = Awaited<ReturnType<typeof readEffect>>;

/** Finds what a merge would do to each environment, in the order of the flow. */
export async function readEffects(reviewed: Reviewed, place: Place): Promise<Effect[]> {
  const { before, after } = reviewed;
  const [old, young] = await Promise.all([readBrokenEnvironments(before), readBrokenEnvironments(after)]);
  const names = [young, old].flatMap(({ flow }) => flow.environments.map(({ name }) => name));
  return Promise.all([...new Set(names)].map((name) => readEffect(name, [old, young], reviewed, place)));
}

async function readEffect(
  environment: string,
  [old, young]: [Environments, Environments],
  reviewed: Reviewed,
  place: Place,
) {
  const [was, is] = [old, young].map((side) => attempt(() => stateOf(side, environment)));
  // Keys of the flow, freezes, the hold.
  const rules = listRules(environment, old, young);
  // Values that cannot be read are a breach, and told as one.
  if (!is || is instanceof Failure) return { environment, rules, now: undefined, later: undefined };
  const before = was instanceof Failure ? undefined : was;
  const [now, later] = await Promise.all([
    reach(() => showNow(before, is, reviewed.after, place)),
    reach(() => showLater(is, reviewed, place)),
  ]);
  return { environment, rules, now, later };
}

/** What of the rules of an environment differs. */
function listRules(environment: string, ...both: Environments[]): string[] {
  const [before = {}, after = {}] = both.map(({ flow, files }): Record<string, unknown> => ({
    ...flow.environments.find(({ name }) => name === environment),
    freezes: flow.freezes.filter(({ environments }) => environments.includes(environment)),
    hold: files.get(holdPath(environment))?.bytes,
  }));
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.filter((key) => !isDeepStrictEqual(before[key], after[key]));
}

async function showNow(was: EnvironmentState | undefined, is: EnvironmentState, after: Tip, place: Place) {
  const { name } = is.environment;
  if (!is.image || (was && Buffer.compare(was.values.bytes, is.values.bytes) === 0)) return undefined;
  const side = sideOf(is, await requireRelease(after, is.image));
  const whole = await reach(async () => {
    const before = was?.image && sideOf(was, await requireRelease(after, was.image));
    return compareSides(after, name, { before, after: side }, place);
  });
  // What runs may not render any more: that is no fault of what may mend it.
  return whole instanceof Failure ? compareSides(after, name, { before: undefined, after: side }, place) : whole;
}

/** By the charts of the branch and of the merge, whatever older one the environment runs. */
async function showLater(state: EnvironmentState, { before, after, roots }: Reviewed, place: Place) {
  const { name } = state.environment;
  const { chart } = findRenderNames(state);
  if (!roots.includes(chart.split('/')[0] ?? chart)) return undefined;
  const [left, right] = [sideOf(state, releaseAt(before)), sideOf(state, releaseAt(after))];
  return compareSides(after, name, { before: left, after: right }, place);
}

function sideOf(state: EnvironmentState, chart: Release): Rendering {
  return { names: findRenderNames(state), values: state.values, image: state.image ?? chart, chart };
}

function releaseAt({ commit }: Tip): Release {
  return { tag: parseTag(commit.slice(0, 8), 'git'), digest: '', revision: parseRevision(commit, 'git') };
}
