import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sandbox } from './sandbox.ts';

/**
 * Lets rivals be faster: just before each push of the sandbox, the origin's `main` moves to the next of the
 * commits, until there are no more.
 */
export async function installRivals(sandbox: Sandbox, commits: readonly string[]): Promise<void> {
  const queue = join(sandbox.folder, 'rivals');
  await writeFile(queue, commits.map((commit) => `${commit}\n`).join(''));
  await sandbox.wrap(
    'git',
    `case " $* " in *' push '*)
  rival=$(head -n 1 '${queue}')
  tail -n +2 '${queue}' >'${queue}.rest' && mv '${queue}.rest' '${queue}'
  [ -z "$rival" ] || git --git-dir='${sandbox.origin.directory}' update-ref refs/heads/main "$rival"
esac`,
  );
}
