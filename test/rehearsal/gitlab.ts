import { readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseDocument, stringify } from 'yaml';
import { Failure } from '../../scripts/shell/failure.ts';
import { flowPath, parseFlow } from '../../scripts/release/flow.ts';
import { holdPath } from '../../scripts/release/hold.ts';
import { valuesPath } from '../../scripts/release/values.ts';
import { findPort } from '../support/process/service.ts';
import type { Stage } from './stage.ts';

const origin = 'gitlab.git';
const developer = 'developer';
const operator = 'operator';

/** A bare repository in GitLab's place, with the commit that the checkout is at. */
export async function createOrigin(stage: Stage, checkout: string): Promise<void> {
  await stage.run('.', ['git', 'init', '--quiet', '--bare', '--initial-branch=main', origin]);
  await stage.run(origin, ['git', 'config', 'receive.advertisePushOptions', 'true']);
  await stage.run(origin, ['git', 'config', 'uploadpack.allowFilter', 'true']);
  const head = ['HEAD:refs/heads/main'];
  try {
    await stage.run(origin, ['git', 'fetch', '--quiet', '--no-tags', '--update-shallow', checkout, ...head]);
  } catch (error) {
    throw new Failure('not-a-repository', `${checkout} has no commit to rehearse.`, 'Commit first.', {
      cause: error,
    });
  }
  await stage.run('.', ['git', 'clone', '--quiet', origin, developer]);
  await stage.run('.', ['git', 'clone', '--quiet', origin, operator]);
  await symlink(join(checkout, 'node_modules'), join(stage.folder, operator, 'node_modules'));
}

/**
 * Commits environments to rehearse in: those of the flow, empty, each with ports of this machine, with no hold, no
 * freeze and no waiting. Gives their names in the order of the flow.
 */
export async function prepareEnvironments(stage: Stage): Promise<string[]> {
  const folder = join(stage.folder, developer);
  const flow = parseFlow({ path: flowPath, bytes: await readFile(join(folder, flowPath)) });
  const environments = flow.environments.map(({ name, from }) => ({ name, from }));
  await writeFile(join(folder, flowPath), stringify({ environments }));
  for (const { name } of environments) {
    const file = join(folder, valuesPath(name));
    const values = parseDocument(await readFile(file, 'utf8'));
    for (const key of ['tag', 'digest', 'revision']) values.setIn(['image', key], '');
    values.set('port', await findPort());
    values.setIn(['metrics', 'port'], await findPort());
    values.set('drainSeconds', 2);
    await writeFile(file, values.toString());
    await rm(join(folder, holdPath(name)), { force: true });
  }
  await merge(stage, 'Prepare the environments for a rehearsal');
  return environments.map(({ name }) => name);
}

/** A developer's change reaches `main`: the next version. Gives the release, as GitLab abbreviates it. */
export async function mergeChange(stage: Stage): Promise<string> {
  await stage.run(developer, ['git', 'pull', '--quiet', '--ff-only']);
  await stage.run(developer, ['npm', 'version', 'patch', '--no-git-tag-version']);
  return merge(stage, 'Raise the version');
}

/** A mistake reaches `main`: a service that ends at once. Gives the release. */
export async function mergeMistake(stage: Stage): Promise<string> {
  await stage.run(developer, ['git', 'pull', '--quiet', '--ff-only']);
  const file = join(stage.folder, developer, 'src/main.ts');
  await writeFile(file, `${await readFile(file, 'utf8')}\nthrow new Error('A mistake that no test found');\n`);
  return merge(stage, 'Make a mistake');
}

/** A CI job's checkout: shallow, and at no branch. */
export async function checkOut(stage: Stage, folder: string, revision: string): Promise<void> {
  const url = pathToFileURL(join(stage.folder, origin)).href;
  await stage.run('.', ['git', 'clone', '--quiet', '--no-checkout', '--depth=20', url, folder]);
  await stage.run(folder, ['git', 'checkout', '--quiet', '--detach', revision]);
}

/** An operator's command, typed in a clone. Gives what it printed. */
export async function operate(
  stage: Stage,
  [command, ...args]: readonly [string, ...string[]],
  { expected = 0, env = {} }: { expected?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const person = {
    GITLAB_USER_LOGIN: 'op.erator',
    GITLAB_USER_NAME: 'Op Erator',
    GITLAB_USER_EMAIL: 'op@example.com',
  };
  return stage.run(operator, ['npm', 'run', '--silent', command, '--', ...args], {
    env: { ...person, ...env },
    expected,
  });
}

/** A file as it stands at the tip of `main`. */
export async function readFromMain(stage: Stage, path: string): Promise<string> {
  return stage.run(origin, ['git', 'show', `main:${path}`]);
}

/** The newest commit of `main`, as `git show` tells it. */
export async function showLastCommit(stage: Stage): Promise<string> {
  return stage.run(origin, ['git', 'show', '--format=medium', '--patch', 'main']);
}

async function merge(stage: Stage, subject: string): Promise<string> {
  await stage.run(developer, ['git', 'commit', '--quiet', '--all', `--message=${subject}`]);
  await stage.run(developer, ['git', 'push', '--quiet']);
  return stage.run(developer, ['git', 'rev-parse', '--short=8', 'HEAD']);
}
