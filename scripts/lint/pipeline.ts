import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Environment, Flow } from '../release/flow.ts';
import { parseShape } from '../release/shape.ts';
import type { YamlFile } from '../release/yaml-file.ts';
import { Failure } from '../shell/failure.ts';

/** Where the pipeline is, in the repository. */
export const pipelinePath = '.gitlab-ci.yml';

/** Where the choices in the form of a rollback are, in the pipeline. */
export const choicesPath = ['variables', 'ROLLBACK_ENVIRONMENT', 'options'] as const;

const job = z.looseObject({
  needs: z.unknown().optional(),
  rules: z.unknown().optional(),
  environment: z.looseObject({ name: z.string() }),
});
const form = z.looseObject({ options: z.array(z.string()) });
const shape = z.looseObject({ variables: z.looseObject({ ROLLBACK_ENVIRONMENT: form }) });

const hint = 'npm run environments adds and removes environments; environments/README.md says what each has.';

/** The jobs that wait in an environment and deliver to it, as far as all such jobs are alike. */
export function jobsOf({ name, from, via }: Pick<Environment, 'name' | 'from' | 'via'>) {
  const delivers = from === undefined ? 'deploy' : `promote:${name}`;
  // Where a promotion is a merge request, its merge is what is waited for.
  const before = via === 'merge-request' ? ['advance'] : [delivers, 'advance'];
  const environment = { name };
  return {
    [`wait:${name}`]: { extends: '.wait', needs: before.map((job) => ({ job, optional: true })), environment },
    [delivers]: { extends: '.promote', manual_confirmation: askBefore(name, from), environment },
  };
}

/** What the job of a promotion asks. */
export function askBefore(name: string, from = ''): string {
  return `Promote to ${name} what runs in ${from} now?`;
}

/**
 * Makes sure that the pipeline has the jobs of each environment of the flow and no others of their kind, and offers
 * each in the form of a rollback.
 * @throws {Failure} `invalid-file` that names all faults.
 */
export function requireJobs(file: YamlFile, { environments }: Flow): void {
  const pipeline = parseShape(shape, file, { code: 'invalid-file', hint });
  const choices = ['', ...environments.map(({ name }) => name)];
  const known = environments.flatMap((environment) => Object.keys(jobsOf(environment)));
  const faults = [
    ...environments.flatMap((environment) => findFaults(pipeline, environment)),
    ...Object.keys(pipeline)
      .filter((name) => /^(promote|wait):/.test(name) && !known.includes(name))
      .map((name) => `the flow needs no job ${name}`),
    ...(isDeepStrictEqual(pipeline.variables.ROLLBACK_ENVIRONMENT.options, choices)
      ? []
      : [`${choicesPath.join('.')} must be ${JSON.stringify(choices)}`]),
  ];
  if (faults.length > 0)
    throw new Failure('invalid-file', faults.map((what) => `${file.path}: ${what}.`).join('\n'), hint);
}

function findFaults(pipeline: Record<string, unknown>, environment: Environment): string[] {
  const { name, via } = environment;
  const wanted = Object.entries(jobsOf(environment));
  const found = wanted.map(([key]) => job.safeParse(pipeline[key]).data);
  const missing = wanted.filter((_, index) => found[index]?.environment.name !== name);
  if (missing.length > 0) return missing.map(([key]) => `there must be a job ${key} whose environment is ${name}`);
  const [[key, { needs }] = ['', {}], waits] = [wanted[0], found[0]];
  const byMerge = via === 'merge-request';
  const isAtMerge = JSON.stringify(waits?.rules ?? '').includes(String.raw`/^Merge branch 'promote\\/${name}\\//`);
  return [
    ...(isDeepStrictEqual(waits?.needs, needs) ? [] : [`needs of ${key} must be ${JSON.stringify(needs)}`]),
    ...(isAtMerge === byMerge
      ? []
      : [`rules of ${key} must ${byMerge ? '' : 'not '}match the merge of a branch promote/${name}/`]),
  ];
}
