import { Failure } from '../failure.ts';
import type { CommitFile } from '../git/commit.ts';
import type { Tip } from '../git/tip.ts';
import { flowPath, isEnvironmentName, parseFlow, requireEnvironment } from '../release/flow.ts';
import type { Environment, Flow } from '../release/flow.ts';
import { holdPath, parseHold } from '../release/hold.ts';
import type { Hold } from '../release/hold.ts';
import type { Image } from '../release/image.ts';
import { readImage, valuesPath } from '../release/values.ts';

/** An environment as a tip has it. */
export interface EnvironmentState {
  flow: Flow;
  environment: Environment;
  values: CommitFile;
  image: Image | undefined;
  hold: Hold | undefined;
}

/**
 * Reads an environment from a tip.
 * @throws {Failure} `unknown-environment`, or what is wrong with its files.
 */
export async function readEnvironment(tip: Tip, name: string): Promise<EnvironmentState> {
  // A name that is none must not become a path.
  const own = isEnvironmentName(name) ? [valuesPath(name), holdPath(name)] : [];
  const files = await tip.readFiles([flowPath, ...own]);
  const flow = parseFlow(requireFile(files, flowPath));
  const environment = requireEnvironment(flow, name);
  const values = requireFile(files, valuesPath(name));
  const hold = files.get(holdPath(name));
  return { flow, environment, values, image: readImage(values), hold: hold && parseHold(hold) };
}

function requireFile(files: ReadonlyMap<string, CommitFile>, path: string): CommitFile {
  const file = files.get(path);
  if (file) return file;
  throw new Failure(
    'invalid-file',
    `${path} is no regular file at the tip of the branch.`,
    'Commit it; environments/README.md says how an environment is added.',
  );
}
