import { expect, test } from '@jest/globals';
import { promote } from '../../scripts/deliver/promote.ts';
import { audit } from '../../scripts/look/audit.ts';
import { parseTag } from '../../scripts/release/image.ts';
import { createOperator } from '../support/command/operator.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import { flow } from '../support/git/flow.ts';
import { digestOf, runs } from '../support/git/runs.ts';

const operators = 32;

test(`of ${operators} promotions at once of any candidates, none is lost, and the newest runs in the end`, async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  await origin.commit('Soak', flow({ staging: { soak: { for: '1m', by: 'descent' } } }));
  const subjects = Array.from({ length: 8 }, (_, index) => `Release ${index + 1}`);
  const releases = (await origin.commitAll(subjects)).map((sha) => sha.slice(0, 8));
  for (const tag of releases) await origin.commit(`deploy(dev): ${tag}`, runs({ dev: tag }));
  const before = (await origin.log()).length;
  const checkout = await sandbox.clone();

  const results = await Promise.all(
    Array.from({ length: operators }, (_, index) => {
      const tag = releases[index % (releases.length + 1)];
      const operator = { ...createOperator(sandbox, checkout), deadline: 600_000 };
      return promote(operator, 'staging', tag === undefined ? {} : { release: parseTag(tag, 'tag') });
    }),
  );

  const newest = releases.at(-1) ?? '';
  expect(await origin.read('environments/staging/values.yaml')).toBe(
    await origin.runningValues('staging', newest, digestOf(newest)),
  );
  const titles = (await origin.log()).slice(0, -before);
  const order = titles.map((title) => releases.indexOf(title.replace('promote(staging): ', '')));
  expect(order).toEqual(order.toSorted((a, b) => b - a));
  const outcomes = results.map(({ outcome }) => outcome);
  // Two that do the same in one second make the same commit.
  const commits = results.flatMap(({ commit }) => commit ?? []);
  expect(new Set(commits).size).toBe(titles.length);
  expect(new Set(outcomes).difference(new Set(['changed', 'unchanged', 'superseded'])).size).toBe(0);
  const { document } = await audit(createOperator(sandbox, checkout), { since: undefined, strict: true });
  expect((document as { rule: string }[]).filter(({ rule }) => rule !== 'edited')).toEqual([]);
  await origin.git('fsck', '--strict');
  expect(await sandbox.leftovers()).toEqual([]);
}, 900_000);
