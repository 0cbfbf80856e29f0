import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { flowPath, parseFlow } from '../../scripts/release/flow.ts';

type Pipeline = Record<string, { variables?: Record<string, string> }>;

const pipeline = parse(await readFile('.gitlab-ci.yml', 'utf8')) as Pipeline;
const { environments } = parseFlow({ path: flowPath, bytes: await readFile(flowPath) });

test('what fails in the first environment is taken back by itself, and nowhere else unless it is told', () => {
  const names = environments.filter(({ name }) => pipeline[`wait:${name}`]?.variables?.OR_ROLLBACK);
  expect(names.map(({ from }) => from)).toEqual([undefined]);
});
