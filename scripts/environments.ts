import { join } from 'node:path';
import { planAddition, planRemoval, requireFine, type Plan } from './environments/plan.ts';
import { listKnown, openClean } from './git/clean.ts';
import type { Git } from './git/git.ts';
import { createCommandLine, runCommandLine } from './shell/command-line.ts';
import { write } from './shell/contents.ts';
import { runMain } from './shell/run-main.ts';
import { show } from './shell/screen.ts';

const root = join(import.meta.dirname, '..');

await runMain(async (signal) => {
  const program = createCommandLine('environments').description(
    'Adds and removes environments: folder, flow, project and jobs, or nothing. Commits nothing.',
  );
  const add = (usage: string, description: string, example: string) =>
    program
      .command(usage)
      .description(description)
      .addHelpText('after', `\nExample: npm run environments -- ${example}`);
  const apply = async (makePlan: (git: Git) => Promise<Plan>) => {
    const git = await openClean(root, signal);
    const plan = await makePlan(git);
    await requireFine(root, plan, signal);
    await write(root, plan.contents);
    show(describe(plan));
  };
  add(
    'add <name>',
    'add one after another, where that goes to the others now',
    'add preview --after dev --cluster eu-1',
  )
    .requiredOption('--after <environment>', 'the environment that it takes from')
    .option('--cluster <name>', "the cluster's name in Argo CD (default: the one that Argo CD runs in)")
    .action((name: string, { after, cluster }: { after: string; cluster?: string }) =>
      apply(() => planAddition(root, { name, from: after, cluster })),
    );
  add('remove <name>', 'remove one; what takes from it takes from the one before it then', 'remove preview').action(
    (name: string) => apply(async (git) => planRemoval(root, name, await listKnown(git, `environments/${name}`))),
  );
  await runCommandLine(program);
});

/** What was written, and what is left to do where no file reaches. */
function describe({ change: { isAdded, name, from, next }, names, contents }: Plan): string {
  const links = next.map((taker) => `${taker} takes from ${isAdded ? name : from} now.`);
  const steps = isAdded
    ? ['kubectl apply --filename environments/argocd/projects.yaml', `npm run promote -- ${name}`]
    : [
        `kubectl delete application ${names.application} --namespace argocd`,
        `kubectl delete appproject ${names.project} --namespace argocd`,
        `kubectl delete namespace ${names.namespace}`,
      ];
  return [
    ['Changed:', ...contents.keys()].join('\n  '),
    ...links,
    `Commit it: git add --all && git commit --message "${isAdded ? 'Add' : 'Remove'} the environment ${name}"`,
    ['When it is merged:', ...steps].join('\n  '),
  ].join('\n');
}
