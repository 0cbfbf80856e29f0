import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { flowPath, parseFlow } from '../../scripts/release/flow.ts';

interface Job {
  extends?: string;
  environment?: { name: string };
  needs?: { job: string }[];
  rules?: { if: string }[];
  variables?: Record<string, string>;
}

const pipeline = parse(await readFile('.gitlab-ci.yml', 'utf8'), { merge: true }) as Record<string, Job> & {
  variables: { ROLLBACK_ENVIRONMENT: { options: string[] } };
};
const { environments } = parseFlow({ path: flowPath, bytes: await readFile(flowPath) });

test('the form of a rollback offers every environment of the flow', () => {
  const names = environments.map(({ name }) => name);
  expect(pipeline.variables.ROLLBACK_ENVIRONMENT.options).toEqual(['', ...names]);
});

test.each(environments)('what comes to $name is delivered by a job of its own, and waited for', (environment) => {
  const { name, from, via } = environment;
  const delivers = from === undefined ? 'deploy' : `promote:${name}`;
  expect(pipeline[delivers]).toMatchObject({ environment: { name } });
  const waits = pipeline[`wait:${name}`];
  expect(waits).toMatchObject({ extends: '.wait', environment: { name } });
  const [before, merges] = [waits?.needs?.map(({ job }) => job), waits?.rules?.map((rule) => rule.if).join()];
  if (via === 'merge-request') {
    expect(before).toEqual(['advance']);
    expect(merges).toContain(`/^Merge branch 'promote\\/${name}\\//`);
  } else {
    expect(before).toEqual([delivers, 'advance']);
    expect(merges).toBeUndefined();
  }
});

test('what fails in the first environment is taken back by itself, and nowhere else unless it is told', () => {
  const names = environments.filter(({ name }) => pipeline[`wait:${name}`]?.variables?.OR_ROLLBACK);
  expect(names.map(({ from }) => from)).toEqual([undefined]);
});
