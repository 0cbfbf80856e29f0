import { unzipSync } from 'fflate';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../shell/failure.ts';
import type { Git } from '../git/git.ts';

/**
 * Writes the chart as it stood in a release into a folder, and gives the chart's own folder there.
 * @throws {Failure} `invalid-chart` when the repository has no such commit, or no chart in it.
 */
export async function writeReleaseChart(git: Git, release: string, folder: string): Promise<string> {
  const { status, stdout, stderr } = await git.run(['archive', '--format=zip', release, 'helm-chart']);
  if (status !== 0) {
    throw new Failure(
      'invalid-chart',
      `There is no chart of the release ${release} here: ${stderr.trim()}`,
      'If the history is cut short, fetch it: git fetch --unshallow',
    );
  }
  for (const [path, content] of Object.entries(unzipSync(stdout))) {
    if (path.endsWith('/')) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return join(folder, 'helm-chart');
}
