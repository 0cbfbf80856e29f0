import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { root } from '../support/kubernetes/render.ts';
import { Machine } from './machine.ts';
import { readFences } from '../support/docs/fences.ts';

// Milliseconds: all packages are downloaded, and every test runs.
const timeLimit = 1_500_000;
const [asRoot = [], asUser = [], ...others] = await readFences(root, 'README.md', 'Try it');

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.create();
  await machine.clone(root);
}, timeLimit);

afterAll(async () => {
  await machine[Symbol.asyncDispose]();
}, timeLimit);

test('the section has what root types, then what a user types, and no more', () => {
  expect([asRoot.length > 0, asUser.length > 0, others]).toEqual([true, true, []]);
});

test.each(asRoot)(
  'root types: %s',
  async (line) => {
    expect(await machine.asRoot(line, timeLimit)).toMatchObject({ status: 0 });
  },
  timeLimit,
);

test.each(asUser)(
  'a user types: %s',
  async (line) => {
    const { output, ...end } = await machine.asUser(line, timeLimit);
    // All that it wrote, where it failed.
    expect({ ...end, output: end.status === 0 ? '' : output }).toEqual({
      status: 0,
      timedOut: false,
      output: '',
    });
    expect(output).toMatch(/^added \d+ packages in \S+$/m);
    if (line.includes('npm test')) expect(output).toMatch(/^Tests: +(\d+) passed, \1 total$/m);
  },
  timeLimit,
);

test('what was typed leaves the clone as it was', async () => {
  expect(await machine.asUser('git status --porcelain', 10_000)).toEqual({
    status: 0,
    timedOut: false,
    output: '',
  });
});
