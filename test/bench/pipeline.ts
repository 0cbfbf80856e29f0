import { Project } from '../pipeline/project.ts';
import { needs } from '../pipeline/requirements.ts';
import { git } from '../support/git/git.ts';
import { makeStandIns } from '../support/image/stand-ins.ts';
import { findLack } from '../support/process/lack.ts';
import { formatTable } from '../../scripts/shell/table.ts';

/** The jobs of a merge by stage: those of one stage run side by side. */
const stages = [['check', 'audit'], ['test'], ['build', 'chart'], ['deploy']];

type Seconds = ReadonlyMap<string, number>;

/**
 * Measures each job of a merge, in one run with empty caches and the next with full ones; gives the table, or says what
 * the machine lacks for it.
 */
export async function benchPipeline(signal: AbortSignal): Promise<string> {
  const lack = await findLack(needs);
  if (lack) return `Left out. ${lack.message} ${lack.hint}`;
  await makeStandIns();
  await using project = await Project.create();
  const checkout = await project.clone();
  const cold = await measure(project, checkout, signal);
  await project.origin.commit('Raise the limit', { 'src/limit.txt': '1\n' });
  await git(checkout, ['pull', '--quiet', '--ff-only', project.origin.directory, 'main']);
  return report(cold, await measure(project, checkout, signal));
}

async function measure(project: Project, checkout: string, signal: AbortSignal): Promise<Seconds> {
  const { status, output } = await project.run(checkout, { signal });
  if (status !== 0) throw new Error(output);
  const ends = output.matchAll(/(\S+) +finished in ([\d.]+) (ms|s|min)\s*$/gm);
  return new Map(
    Array.from(ends, ([, job = '', time = '', unit = '']) => [job, Number(time) * (units.get(unit) ?? NaN)]),
  );
}

const units = new Map([
  ['ms', 0.001],
  ['s', 1],
  ['min', 60],
]);

function report(...runs: readonly Seconds[]): string {
  const cells = (of: (run: Seconds) => number) => runs.map((run) => of(run).toFixed(0));
  const longest = (run: Seconds, jobs: readonly string[]) => Math.max(...jobs.map((job) => run.get(job) ?? 0));
  const path = (run: Seconds) => stages.reduce((sum, jobs) => sum + longest(run, jobs), 0);
  return formatTable([
    ['job', 'cold', 'warm'],
    ...stages.flat().map((job) => [job, ...cells((run) => run.get(job) ?? NaN)]),
    ['critical path', ...cells(path)],
  ]);
}
