import type { Origin } from '../support/git/origin.ts';

const flowPath = 'environments/flow.yaml';

/**
 * Lets the environments pull from the registry of the proof and promote without a soak, and keeps few of the tests:
 * `npm test` has passed them all, and every pipeline here would pass them again.
 */
export async function adapt(origin: Origin, repository: string): Promise<void> {
  const files = (await origin.git('ls-tree', '-r', '--name-only', 'main')).split('\n');
  const values = files.filter((path) => /^environments\/[^/]+\/values\.yaml$/.test(path));
  const tests = files.filter((path) => /^test\/(?!registry\/).*\.(test|proof)\.ts$/.test(path));
  await origin.commit('Adapt the project to the proof', {
    ...Object.fromEntries(
      await Promise.all(values.map(async (path) => [path, await pullFrom(repository, origin, path)] as const)),
    ),
    [flowPath]: (await origin.read(flowPath)).replace(/^ +soak: .*\n/gm, ''),
    ...Object.fromEntries(tests.map((path) => [path, undefined])),
  });
}

async function pullFrom(repository: string, origin: Origin, path: string): Promise<string> {
  return (await origin.read(path)).replace(/^image:\n/m, `image:\n  repository: ${repository}\n`);
}
