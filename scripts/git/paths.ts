import { Failure } from '../shell/failure.ts';

/**
 * A path out of a tree that may be joined to a folder. A tree can be made whose entries lead out of it, and borrowed
 * objects were never checked.
 * @throws {Failure} `invalid-file` when it does.
 */
export function requirePlainPath(path: string): string {
  const isPlain = path.split('/').every((name) => !/^(\.{0,2}|\.git)$/i.test(name));
  if (isPlain && !path.includes('\0')) return path;
  throw new Failure(
    'invalid-file',
    `The repository has a file at ${JSON.stringify(path)}, which leads out of its folder.`,
    'No git add makes such a path: find out who committed it. git fsck names the tree.',
  );
}
