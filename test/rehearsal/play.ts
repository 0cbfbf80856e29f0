import { join } from 'node:path';
import { exitCode } from '../../scripts/shell/failure.ts';
import { ArgoStandIn } from './argocd.ts';
import { createOrigin, mergeChange, mergeMistake, operate, prepareEnvironments, showLastCommit } from './gitlab.ts';
import { build, deploy } from './pipeline.ts';
import type { Stage } from './stage.ts';
import { show } from '../../scripts/shell/screen.ts';

type Command = readonly [string, ...string[]];

/** What the rehearsal has. */
interface Scene {
  stage: Stage;
  /** The checkout that is rehearsed. */
  checkout: string;
  argo: ArgoStandIn;
}

/** Plays what happens to releases, from the first merge to a rollback, with everything but a cluster. */
export async function rehearse(stage: Stage, checkout: string): Promise<void> {
  const environments = await stage.play(
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
  await using argo = await ArgoStandIn.open(stage, environments);
  const scene = { stage, checkout, argo };
  const [first = '', second, ...others] = environments;
  await deliver(scene, first, mergeChange);
  await healthy(scene, first);
  show('\nThe delivery, as it stands on main:\n');
  print(await showLastCommit(stage));
  if (second === undefined) return;

  for (const environment of [second, ...others]) {
    await type(scene, ['promote', environment]);
    await healthy(scene, environment);
  }
  await deliver(scene, first, mergeChange);
  await healthy(scene, first);
  await type(scene, ['promote', second]);
  await failAndGoBack(scene, first);
  await goBack(scene, second);
  await type(scene, ['status']);
  await type(scene, ['history', first]);
}

/** A release that fails is taken back by its verdict. */
async function failAndGoBack(scene: Scene, environment: string): Promise<void> {
  await deliver(scene, environment, mergeMistake);
  await watch(
    scene,
    `syncs ${environment}; the pod of the bad release never becomes ready, and the verdict takes it back`,
    ['wait', environment, '--timeout', '1m', '--or-rollback'],
    exitCode.unhealthy,
  );
  await healthy(scene, environment);
}

/** A person goes back, and what is held lets nothing in. */
async function goBack(scene: Scene, environment: string): Promise<void> {
  await type(scene, ['rollback', environment, '--reason', 'it is slow']);
  await healthy(scene, environment);
  await type(scene, ['promote', environment], exitCode.refused);
  await type(scene, ['resume', environment]);
  await type(scene, ['promote', environment]);
}

async function deliver(
  { stage, checkout }: Scene,
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

async function healthy(scene: Scene, environment: string): Promise<void> {
  const does = `syncs ${environment}: Helm renders, a process runs as the pod, its probes pass; wait keeps the verdict`;
  await watch(scene, does, ['wait', environment, '--timeout', '1m']);
}

async function watch({ stage, argo }: Scene, does: string, command: Command, expected = 0): Promise<void> {
  await stage.play({ name: 'Argo CD', does, lookAt: 'helm-chart and src' }, async () => {
    try {
      print(await operate(stage, command, { expected, env: argo.env }));
    } catch (error) {
      throw argo.fault ?? error;
    }
  });
}

async function type({ stage, argo: { env } }: Scene, command: Command, expected = 0): Promise<void> {
  const typed = command.map((word) => (word.includes(' ') ? `"${word}"` : word)).join(' ');
  const does = expected === 0 ? `types: ${typed}` : `types: ${typed}, and is refused with exit code ${expected}`;
  await stage.play({ name: 'Operator', does, lookAt: 'scripts/README.md' }, async () => {
    print(await operate(stage, command, { expected, env }));
  });
}

function print(text: string): void {
  show(text.replace(/^/gm, '  '));
}
