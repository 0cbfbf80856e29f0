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
  await sandbox.install(
    'git',
    `PATH='${process.env.PATH ?? ''}'
case " $* " in *' push '*)
  rival=$(head -n 1 '${queue}')
  sed -i 1d '${queue}'
  [ -z "$rival" ] || git --git-dir='${sandbox.origin.directory}' update-ref refs/heads/main "$rival"
esac
exec git "$@"`,
  );
}
