import { join } from 'node:path';
import { exitCode, Failure } from '../shell/failure.ts';
import { sync } from './cluster.ts';
import {
  createOrigin,
  mergeChange,
  mergeMistake,
  operate,
  prepareEnvironments,
  showLastCommit,
} from './gitlab.ts';
import { build, deploy } from './pipeline.ts';
import type { Stage } from './stage.ts';
import { show } from '../shell/screen.ts';

/** Plays what happens to releases, from the first merge to a rollback, with everything but a cluster. */
export async function rehearse(stage: Stage, checkout: string): Promise<void> {
  const [first = '', second, ...others] = await stage.play(
    {
      name: 'GitLab',
      does: 'a bare repository takes its place, with the commit that this checkout is at',
      lookAt: 'git status and environments/flow.yaml',
    },
    async () => {
      await createOrigin(stage, checkout);
      return prepareEnvironments(stage);
    },
  );
  await deliver(stage, checkout, first, mergeChange);
  await healthy(stage, first);
  show('\nThe delivery, as it stands on main:\n');
  print(await showLastCommit(stage));
  if (second === undefined) return;

  for (const environment of [second, ...others]) {
    await type(stage, ['promote', environment]);
    await healthy(stage, environment);
  }
  await deliver(stage, checkout, first, mergeChange);
  await healthy(stage, first);
  await goBack(stage, checkout, first, second);
  await type(stage, ['status']);
  await type(stage, ['history', first]);
}

async function goBack(stage: Stage, checkout: string, first: string, second: string): Promise<void> {
  await deliver(stage, checkout, first, mergeMistake);
  await stage.play(
    {
      name: 'Argo CD',
      does: `syncs ${first}; the pod of the bad release never becomes ready`,
      lookAt: 'src',
    },
    async () => {
      print(await unhealthy(stage, first));
    },
  );
  await type(stage, ['rollback', first, '--reason', 'it ends at once']);
  await healthy(stage, first);
  await type(stage, ['promote', second], exitCode.refused);
  await type(stage, ['resume', first]);
  await type(stage, ['promote', second]);
}

async function deliver(
  stage: Stage,
  checkout: string,
  environment: string,
  merge: (stage: Stage) => Promise<string>,
): Promise<void> {
  const tag = await stage.play(
    { name: 'Merge', does: 'a change of a developer reaches main', lookAt: 'package.json' },
    () => merge(stage),
  );
  const built = await stage.play(
    {
      name: 'Pipeline',
      does: `builds the service as ${tag}; the image around it is left out`,
      lookAt: 'npm run build',
    },
    () => build(stage, tag, join(checkout, 'node_modules')),
  );
  await stage.play(
    {
      name: 'Pipeline',
      does: `writes ${tag} into ${environment}, by a commit on main`,
      lookAt: 'scripts/README.md',
    },
    async () => {
      print(await deploy(stage, built, environment));
    },
  );
}

async function healthy(stage: Stage, environment: string): Promise<void> {
  await stage.play(
    {
      name: 'Argo CD',
      does: `syncs ${environment}: Helm renders, a process runs as the pod, its probes pass`,
      lookAt: 'helm-chart',
    },
    async () => {
      print(await sync(stage, environment));
    },
  );
}

async function unhealthy(stage: Stage, environment: string): Promise<string> {
  try {
    await sync(stage, environment);
  } catch (error) {
    if (error instanceof Failure && error.code === 'unhealthy') return error.message;
    throw error;
  }
  throw new Failure(
    'rehearsal-failed',
    `The bad release is healthy in ${environment}.`,
    'Look at its program.',
  );
}

async function type(stage: Stage, command: readonly [string, ...string[]], expected = 0): Promise<void> {
  const typed = command.map((word) => (word.includes(' ') ? `"${word}"` : word)).join(' ');
  const does =
    expected === 0 ? `types: ${typed}` : `types: ${typed}, and is refused with exit code ${expected}`;
  await stage.play({ name: 'Operator', does, lookAt: 'scripts/README.md' }, async () => {
    print(await operate(stage, command, expected));
  });
}

function print(text: string): void {
  show(text.replace(/^/gm, '  '));
}
