import { Failure } from '../shell/failure.ts';
import { flowPath } from './flow.ts';
import { heldEnvironment } from './hold.ts';
import { toLine } from './line.ts';
import { valuedEnvironment } from './values.ts';

// In upper or lower case, with either ending, also as a folder: whoever wrote it meant such a file.
const named = /\/(?:values|hold)\.ya?ml(?:\/|$)|^environments\/flow\.ya?ml(?:\/|$)/i;
// The whole tree, or what would be the folder of an environment.
const folder = /^environments(?:\/[^/.]+)?$/;

/** Finds what is wrong with a path that Argo CD or a person takes for a file of an environment, and the commands do not. */
export function findStray(path: string, isRegular: boolean) {
  const isOurs = path === flowPath || (valuedEnvironment(path) ?? heldEnvironment(path)) !== undefined;
  const environment = /^environments\/([^/]+)\//.exec(path)?.[1];
  const stray = (problem: string) => {
    const hint = 'Move the file out of environments/, or give it another name.';
    return { environment, failure: new Failure('invalid-file', `${toLine(path)} ${problem}`, hint) };
  };
  if (isRegular && isOurs) return undefined;
  if (!isRegular && (isOurs || folder.test(path))) return stray('is a symbolic link or a submodule.');
  if (!named.test(path)) return undefined;
  if (/^environments\/[^/]+\/[^/]+\/./.test(path))
    return stray('lies too deep: an environment is a folder of environments/ itself.');
  return stray('is not flow.yaml, <environment>/values.yaml or <environment>/hold.yaml.');
}

/** Finds the strays among the paths of regular files and of others. */
export function findStrays(regular: Iterable<string>, irregular: Iterable<string>): Failure[] {
  const strays = [
    ...[...regular].map((path) => findStray(path, true)),
    ...[...irregular].map((path) => findStray(path, false)),
  ];
  return strays.flatMap((stray) => stray?.failure ?? []);
}
