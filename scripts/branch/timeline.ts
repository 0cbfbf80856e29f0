import { readFileHistory } from '../git/file-history.ts';
import type { Scratch } from '../git/scratch.ts';
import { listRuns, readHistory } from '../release/history.ts';
import type { History, Version } from '../release/history.ts';
import { valuesPath } from '../release/values.ts';

/** Reads what an environment ran, out of the history of its values. */
export async function readTimeline(scratch: Scratch, commit: string, environment: string): Promise<History> {
  const path = valuesPath(environment);
  return readHistory(environment, path, await readFileHistory(scratch, commit, [path]));
}

/** The runs of an environment, newest first: one for each time that another image came. */
export async function readRuns(scratch: Scratch, commit: string, environment: string): Promise<Version[]> {
  return listRuns((await readTimeline(scratch, commit, environment)).versions);
}
