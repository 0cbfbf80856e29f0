import { Project } from '../pipeline/project.ts';
import { mountImage } from '../pipeline/mounted-image.ts';
import { needs } from '../pipeline/requirements.ts';
import type { PipelineRun } from '../pipeline/runner.ts';
import { git } from '../support/git/git.ts';
import { makeStandIns } from '../support/image/stand-ins.ts';
import { findLack } from '../support/process/lack.ts';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { formatTable } from '../../scripts/shell/table.ts';

/** The jobs of a merge by stage: those of one stage run side by side. */
const stages = [['check', 'audit'], ['test'], ['build', 'chart'], ['deploy']];

type Seconds = ReadonlyMap<string, number>;
type Variables = Readonly<Record<string, string>>;

/**
 * Measures each job of a merge, on a machine with nothing but the programs of the public image, and on one with what the
 * pipeline's image has: with empty caches, and then with full ones. Gives the table, or says what the machine lacks for it.
 */
export async function benchPipeline(signal: AbortSignal): Promise<string> {
  const lack = await findLack(needs);
  if (lack) return `Left out. ${lack.message} ${lack.hint}`;
  await makeStandIns();
  await using project = await Project.create();
  const checkout = await project.clone();
  const { output } = requirePassed(await project.run(checkout, { jobs: ['pipeline-image'], signal }));
  const columns = new Map<string, Seconds>();
  for (const [machine, variables] of Object.entries({ plain: {}, image: await mountImage(project, output) })) {
    const TMPDIR = join(project.folder, `tmp-${machine}`);
    await mkdir(TMPDIR);
    for (const caches of ['cold', 'warm']) {
      columns.set(`${machine}, ${caches}`, await measure(project, checkout, { TMPDIR, ...variables }, signal));
    }
  }
  return report(columns);
}

/** Measures the jobs of a new commit. */
async function measure(
  project: Project,
  checkout: string,
  variables: Variables,
  signal: AbortSignal,
): Promise<Seconds> {
  await project.origin.commit('Raise the limit', { 'src/limit.txt': `${String(performance.now())}\n` });
  await git(checkout, ['pull', '--quiet', '--ff-only', project.origin.directory, 'main']);
  const { output } = requirePassed(await project.run(checkout, { variables, signal }));
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

function requirePassed(run: PipelineRun): PipelineRun {
  if (run.status !== 0) throw new Error(run.output);
  return run;
}

function report(columns: ReadonlyMap<string, Seconds>): string {
  const cells = (of: (run: Seconds) => number) => [...columns.values()].map((run) => of(run).toFixed(0));
  const longest = (run: Seconds, jobs: readonly string[]) => Math.max(...jobs.map((job) => run.get(job) ?? 0));
  const path = (run: Seconds) => stages.reduce((sum, jobs) => sum + longest(run, jobs), 0);
  return formatTable([
    ['job', ...columns.keys()],
    ...stages.flat().map((job) => [job, ...cells((run) => run.get(job) ?? NaN)]),
    ['critical path', ...cells(path)],
  ]);
}
