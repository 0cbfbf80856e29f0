import { applicationSetPath, parseApplicationSet, type ApplicationNames } from '../argocd/applicationset.ts';
import type { CommitFile } from '../git/commit.ts';
import { readFileHistory } from '../git/file-history.ts';
import type { Tip } from '../git/tip.ts';
import { environmentsFolder, findFreeze, flowPath, parseFlow, requireEnvironment, type Flow } from '../release/flow.ts';
import { holdPath, parseHold, type Hold } from '../release/hold.ts';
import { attempt } from '../release/ledger.ts';
import type { Standing } from '../release/rules.ts';
import { findStrays } from '../release/strays.ts';
import { chartPath, readImage, valuesPath } from '../release/values.ts';
import { Failure } from '../shell/failure.ts';
import { readMainline } from './past.ts';

/** All environments, as a tip has them. */
export interface Environments {
  flow: Flow;
  files: ReadonlyMap<string, CommitFile>;
}

/** An environment, as a tip has it. */
export type EnvironmentState = ReturnType<typeof stateOf>;

/**
 * Reads the flow, and the files of its environments.
 * @throws {Failure} `invalid-flow`, also where the folders are not those of the flow; `invalid-file` where a file is stray.
 */
export async function readEnvironments(tip: Tip): Promise<Environments> {
  const { files, strays } = await readFiles(tip);
  for (const stray of strays) throw stray;
  return { files, flow: parseFlow(requireFile(files, flowPath), files.keys()) };
}

/** Reads the same, and gives what is wrong with it; instead of a flow that cannot be read, the last one that can. */
export async function readBrokenEnvironments(tip: Tip) {
  const { files, strays } = await readFiles(tip);
  const flow = attempt(() => parseFlow(requireFile(files, flowPath), files.keys()));
  if (!(flow instanceof Failure)) return { files, strays, flow, faults: [] };
  const { commits } = await readMainline(tip);
  for (const { files: versions } of await readFileHistory(tip.scratch, commits, [flowPath])) {
    const bytes = versions.get(flowPath);
    const last = bytes && attempt(() => parseFlow({ path: flowPath, bytes }));
    if (last && !(last instanceof Failure)) return { files, strays, flow: last, faults: [flow] };
  }
  throw flow;
}

async function readFiles(tip: Tip) {
  const { files, irregular } = await tip.readFolder(environmentsFolder);
  return { files, strays: findStrays(files.keys(), irregular) };
}

/**
 * The state of one environment.
 * @throws {Failure} `unknown-environment`, or what is wrong with its values.
 */
export function stateOf({ flow, files }: Environments, name: string) {
  const environment = requireEnvironment(flow, name);
  const values = requireFile(files, valuesPath(name));
  return { flow, files, environment, values, image: readImage(values), holdFile: files.get(holdPath(name)) };
}

/** Reads the state of one environment from a tip. */
export async function readEnvironment(tip: Tip, name: string): Promise<EnvironmentState> {
  return stateOf(await readEnvironments(tip), name);
}

/** @throws {Failure} `invalid-hold` when the hold cannot be read: it holds nevertheless. */
export function holdOf({ holdFile }: EnvironmentState): Hold | undefined {
  return holdFile && parseHold(holdFile);
}

/**
 * How an environment stands at a time.
 * @throws {Failure} `invalid-hold` when its hold cannot be read.
 */
export function standingOf(state: EnvironmentState, now: Date): Standing {
  const { flow, environment, image } = state;
  return { environment, image, hold: holdOf(state), freeze: findFreeze(flow, environment.name, now) };
}

/** @throws {Failure} `invalid-file` when there is no such file. */
export function requireFile(files: ReadonlyMap<string, CommitFile>, path: string): CommitFile {
  const file = files.get(path);
  if (file) return file;
  throw new Failure(
    'invalid-file',
    `${path} is not a regular file at the tip of the branch.`,
    'Commit it; environments/README.md says how an environment is added.',
  );
}

type Named = Pick<EnvironmentState, 'files'> & { environment: { name: string } };

/**
 * What Argo CD makes of an environment, by the rule as it stands at the same tip.
 * @throws {Failure} `invalid-file` when the ApplicationSet is not there, or names it in a way that is not known here.
 */
export function requireNames({ files, environment }: Named): ApplicationNames {
  return parseApplicationSet(requireFile(files, applicationSetPath), environment.name);
}

/**
 * What an environment is rendered as: what Argo CD makes of it, or, where the branch does not tell that, its own name.
 * Whether values and chart go together hardly ever depends on it, and no way back may.
 */
export function findRenderNames(named: Named): Pick<ApplicationNames, 'chart' | 'release' | 'namespace'> {
  const names = attempt(() => requireNames(named));
  const { name } = named.environment;
  return names instanceof Failure ? { chart: chartPath, release: name, namespace: name } : names;
}
