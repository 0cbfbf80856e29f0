import { Failure } from '../shell/failure.ts';
import type { CommitFile } from '../git/commit.ts';
import type { Tip } from '../git/tip.ts';
import { findFreeze, flowPath, parseFlowOf, requireEnvironment } from '../release/flow.ts';
import type { Environment, Flow } from '../release/flow.ts';
import { holdPath, parseHold } from '../release/hold.ts';
import type { Hold } from '../release/hold.ts';
import type { Image } from '../release/image.ts';
import type { Standing } from '../release/rules.ts';
import { readImage, valuesPath } from '../release/values.ts';

/** All environments, as a tip has them. */
export interface Environments {
  flow: Flow;
  files: ReadonlyMap<string, CommitFile>;
}

/** An environment, as a tip has it. */
export interface EnvironmentState {
  flow: Flow;
  environment: Environment;
  values: CommitFile;
  image: Image | undefined;
  holdFile: CommitFile | undefined;
}

/**
 * Reads the flow, and the files of its environments.
 * @throws {Failure} `invalid-flow`, also where the folders are not those of the flow; `invalid-file` where one is nested.
 */
export async function readEnvironments(tip: Tip): Promise<Environments> {
  const files = await tip.readFolder('environments');
  refuseNested(files.keys());
  return { files, flow: parseFlowOf(requireFile(files, flowPath), files.keys()) };
}

/**
 * The state of one environment.
 * @throws {Failure} `unknown-environment`, or what is wrong with its values.
 */
export function stateOf({ flow, files }: Environments, name: string): EnvironmentState {
  const environment = requireEnvironment(flow, name);
  const values = requireFile(files, valuesPath(name));
  return { flow, environment, values, image: readImage(values), holdFile: files.get(holdPath(name)) };
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

/**
 * Refuses values files below the folder of an environment, which Argo CD's patterns reach: their star crosses folders.
 * @throws {Failure} `invalid-file` naming the first one.
 */
export function refuseNested(paths: Iterable<string>): void {
  for (const path of paths) {
    if (!/^environments\/[^/]+\/.+\/values\.yaml$/.test(path)) continue;
    throw new Failure(
      'invalid-file',
      `${path} lies too deep: an environment is a folder of environments/ itself.`,
      'Move the file out of environments/, or give it another name.',
    );
  }
}

/** @throws {Failure} `invalid-file` when there is no such file. */
export function requireFile(files: ReadonlyMap<string, CommitFile>, path: string): CommitFile {
  const file = files.get(path);
  if (file) return file;
  throw new Failure(
    'invalid-file',
    `${path} is no regular file at the tip of the branch.`,
    'Commit it; environments/README.md says how an environment is added.',
  );
}
