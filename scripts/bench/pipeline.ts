import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from '../../test/support/git.ts';
import { Project } from '../../test/pipeline/project.ts';
import { exitCode } from '../failure.ts';
import { runMain } from '../main.ts';
import { formatTable } from '../table.ts';

/** The jobs of a merge by stage: those of one stage run side by side. */
const stages = [['check', 'audit'], ['test'], ['build', 'chart'], ['deploy']];

type Seconds = ReadonlyMap<string, number>;

await runMain(async () => {
  await using project = await Project.create();
  // What earlier builds have downloaded is in the temporary folder of the runner.
  project.variables.TMPDIR = join(project.folder, 'tmp');
  await mkdir(project.variables.TMPDIR);
  const checkout = await project.clone();
  const cold = await measure(project, checkout);
  await project.origin.commit('Raise the limit', { 'src/limit.txt': '1\n' });
  await git(checkout, ['pull', '--quiet', '--ff-only', project.origin.directory, 'main']);
  const warm = await measure(project, checkout);
  console.log(
    'Seconds of each job, of one run with empty caches and the next with full ones; few of the tests.\n',
  );
  console.log(report(cold, warm));
  return exitCode.done;
});

async function measure(project: Project, checkout: string): Promise<Seconds> {
  const { status, output } = await project.run(checkout);
  if (status !== 0) throw new Error(output);
  const ends = output.matchAll(/(\S+) +finished in ([\d.]+) (ms|s|min)\s*$/gm);
  const units = { ms: 0.001, s: 1, min: 60 };
  return new Map(
    Array.from(ends, ([, job = '', time = '', unit]) => [
      job,
      Number(time) * units[unit as keyof typeof units],
    ]),
  );
}

function report(...runs: readonly Seconds[]): string {
  const cells = (of: (run: Seconds) => number) => runs.map((run) => of(run).toFixed(0));
  const longest = (run: Seconds, jobs: readonly string[]) =>
    Math.max(...jobs.map((job) => run.get(job) ?? 0));
  const path = (run: Seconds) => stages.reduce((sum, jobs) => sum + longest(run, jobs), 0);
  return formatTable([
    ['job', 'cold', 'warm'],
    ...stages.flat().map((job) => [job, ...cells((run) => run.get(job) ?? 0)]),
    ['critical path', ...cells(path)],
  ]);
}
