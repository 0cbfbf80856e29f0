import { join } from 'node:path';
import { createCommandLine, runCommandLine } from './command-line.ts';
import { exitCode, Failure } from './failure.ts';
import { runMain } from './main.ts';
import { render, startPod } from './rehearsal/cluster.ts';
import type { PodTemplate } from './rehearsal/cluster.ts';
import {
  createOrigin,
  mergeChange,
  prepareEnvironments,
  readFromMain,
  showLastCommit,
} from './rehearsal/gitlab.ts';
import { build, deploy } from './rehearsal/pipeline.ts';
import type { BuiltRelease } from './rehearsal/pipeline.ts';
import { Stage } from './rehearsal/stage.ts';
import { readImage, valuesPath } from './release/values.ts';

const checkout = join(import.meta.dirname, '..');

await runMain(async (signal) => {
  const program = createCommandLine('rehearse')
    .description(
      'Plays the whole way from a merge to a healthy service on this machine, in a temporary folder.',
    )
    .option('--keep', 'leave the folder, to look around in it', false)
    .action(async ({ keep }: { keep: boolean }) => {
      await using stage = await Stage.create({ keep, signal });
      await rehearse(stage);
    });
  await runCommandLine(program);
  return exitCode.done;
});

async function rehearse(stage: Stage): Promise<void> {
  const environments = await stage.play(
    {
      name: 'GitLab',
      does: `a bare repository takes its place, with the commit that this checkout is at (not what is uncommitted)`,
      lookAt: 'git status, and environments/flow.yaml',
    },
    async () => {
      await createOrigin(stage, checkout);
      return prepareEnvironments(stage);
    },
  );
  const [first] = environments;
  if (first === undefined) throw new Failure('invalid-flow', 'The flow has no environment.', 'Add one.');

  const tag = await stage.play(
    { name: 'Merge', does: 'a developer’s change reaches main', lookAt: 'the package’s version' },
    () => mergeChange(stage, 'Raise the version'),
  );
  const built = await stage.play(
    {
      name: 'Build',
      does: `the pipeline builds the service as ${tag}, without the image around it`,
      lookAt: 'npm run build',
    },
    () => build(stage, tag, join(checkout, 'node_modules')),
  );
  await stage.play(
    {
      name: 'Deploy',
      does: `the pipeline writes ${tag} into ${first}, by a commit on main`,
      lookAt: 'scripts/README.md',
    },
    async () => {
      print(await deploy(stage, built, first));
    },
  );
  const pod = await stage.play(
    {
      name: 'Argo CD',
      does: `Helm renders the chart of ${tag} with the values on main`,
      lookAt: 'helm-chart',
    },
    () => render(stage, first),
  );
  await stage.play(
    {
      name: 'Pod',
      does: 'the built service runs as its Deployment says, until its probes pass',
      lookAt: 'src',
    },
    () => run(stage, pod, built),
  );
  console.log(`\nThe delivery, as it stands on main:\n`);
  print(await showLastCommit(stage));
  console.log(`\nWhat each environment runs:\n`);
  for (const name of environments) print(`${name}: ${await readRunning(stage, name)}`);
}

async function run(stage: Stage, pod: PodTemplate, built: BuiltRelease): Promise<void> {
  const service = await startPod(pod, stage, built);
  try {
    const about = await (await fetch(pod.url)).text();
    print(`GET / answers ${about}`);
    const { release } = JSON.parse(about) as { release?: unknown };
    if (release !== built.tag) {
      throw new Failure(
        'rehearsal-failed',
        `The service says it is ${String(release)}.`,
        `It should be ${built.tag}.`,
      );
    }
  } finally {
    const status = await service.stop(15_000);
    print(`SIGTERM: it drained and ended with ${String(status)}`);
  }
}

async function readRunning(stage: Stage, environment: string): Promise<string> {
  const path = valuesPath(environment);
  const image = readImage({ path, bytes: Buffer.from(await readFromMain(stage, path)) });
  return image ? `${image.tag} ${image.digest}` : 'nothing yet';
}

function print(text: string): void {
  console.log(text.replace(/^/gm, '  '));
}
