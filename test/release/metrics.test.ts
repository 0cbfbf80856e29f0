import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { definitions, measure, type Deployment, type Quantiles, type Week } from '../../scripts/release/metrics.ts';
import type { Run } from '../../scripts/release/ledger.ts';
import { root } from '../support/kubernetes/render.ts';
import { anyStory, Story, unknown, type Arrival } from '../support/model/story.ts';

const [minute, hour, day] = [60_000, 3_600_000, 24 * 3_600_000];

const well = { failure: undefined, restored: undefined };

/** What came next, and what was said of it. */
type Next = ['older' | 'same' | 'newer' | 'unknown', Arrival['kind'], Arrival['verdicts']?];

test('for any history the measures are what a slow computation finds, straight from their definitions', () => {
  const seen = new Set<string>();
  const property = fc.property(anyStory, (story) => {
    const weeks = measure(story.runs, story.mainline, story.code);
    expect(weeks).toEqual(compute(story));
    for (const { deployments } of weeks) {
      if (deployments.length === 0) seen.add('an empty week');
      for (const { changes, failure, restored } of deployments) {
        seen.add(`${Math.min(changes.length, 2)} changes`);
        if (failure) seen.add(`${failure}, ${restored ? 'restored' : 'open'}`);
      }
    }
  });
  fc.assert(property, { seed: 1, numRuns: 300 });
  expect([...seen].sort()).toEqual([
    ...['0 changes', '1 changes', '2 changes', 'an empty week'],
    ...['failed, open', 'failed, restored', 'taken-back, open', 'taken-back, restored'],
  ]);
});

test('an environment that no deployment came to has no weeks', () => {
  const story = new Story(at(8));
  expect(measure(story.runs, story.mainline, story.code)).toEqual([]);
  story.arrive({ release: story.commit(), kind: 'rollback' });
  expect(measure(story.runs, story.mainline, story.code)).toEqual([]);
});

test('a week, and two in which nothing came, in numbers', () => {
  const story = new Story(at(8));
  const [first, second] = [story.commit(), story.commit()];
  story.at(at(10)).arrive({ release: first, kind: 'deploy' });
  story.at(at(12)).arrive({ release: second, kind: 'deploy', verdicts: [['failed', 5 * minute]] });
  const back = { release: first, kind: 'rollback', verdicts: [['healthy', 15 * minute]] } as const;
  story.at(at(13)).arrive(back);
  story.at(at(58));
  const [, fourth] = [story.commit(), story.commit(), story.commit({ isCode: false })];
  story.at(new Date('2026-09-27T23:59:59Z')).arrive({ release: fourth, kind: 'edit' });
  story.at(new Date('2026-10-05T00:00:00Z'));

  const late = 4 * day + 14 * hour - 1000;
  const nothing = { deployments: [], leadTime: undefined, failureRate: undefined, timeToRestore: undefined };
  const weeks = measure(story.runs, story.mainline, story.code);
  expect(weeks.map((week) => ({ ...week, deployments: week.deployments.map(sketch) }))).toEqual([
    {
      monday: new Date('2026-09-21T00:00:00Z'),
      deployments: [
        { leadTimes: [2 * hour], ...well },
        { leadTimes: [4 * hour], failure: 'failed', restored: new Date('2026-09-21T13:15:00Z') },
        { leadTimes: [late, late], ...well },
      ],
      leadTime: { median: 4 * hour, p90: late },
      failureRate: 1 / 3,
      timeToRestore: { median: 1.25 * hour, p90: 1.25 * hour },
    },
    { monday: new Date('2026-09-28T00:00:00Z'), ...nothing },
    { monday: new Date('2026-10-05T00:00:00Z'), ...nothing },
  ]);
});

test.each<[string, Next[], Pick<Deployment, 'failure' | 'restored'>]>([
  ['nothing came next', [], well],
  ['a newer release came next', [['newer', 'deploy']], well],
  ['something unknown was written next', [['unknown', 'edit']], well],
  ['its image was built again', [['same', 'deploy']], well],
  ['it was rolled back', [['older', 'rollback']], { failure: 'taken-back', restored: at(2) }],
  ['an older release was written', [['older', 'edit']], { failure: 'taken-back', restored: at(2) }],
  [
    'what it was rolled back to failed as well',
    [
      ['older', 'rollback', [['failed', minute]]],
      ['newer', 'deploy', [['healthy', minute]]],
    ],
    { failure: 'taken-back', restored: new Date(at(3).getTime() + minute) },
  ],
])('a deployment, when %s', (_, next, expected) => {
  const story = new Story(at(0));
  const [older, same, newer] = [story.commit(), story.commit(), story.commit()];
  story.arrive({ release: older, kind: 'deploy' });
  story.at(at(1)).arrive({ release: same, kind: 'deploy' });
  for (const [index, [release, kind, verdicts = []]] of next.entries()) {
    story.at(at(2 + index)).arrive({ release: { older, same, newer, unknown }[release], kind, verdicts });
  }
  const [week] = measure(story.runs, story.mainline, story.code);
  expect(week?.deployments[1]).toMatchObject(expected);
});

test('a deployment that was found healthy after it had been found to have failed is restored by that', () => {
  const story = new Story(at(0));
  const verdicts = [
    ['healthy', minute],
    ['failed', 2 * minute],
    ['healthy', 5 * minute],
  ] as const;
  story.arrive({ release: story.commit(), kind: 'deploy', verdicts });
  story.at(at(1)).arrive({ release: story.commit(), kind: 'deploy' });
  const [week] = measure(story.runs, story.mainline, story.code);
  expect(week).toMatchObject({ failureRate: 0.5, timeToRestore: { median: 5 * minute, p90: 5 * minute } });
});

test('scripts/README.md says what each measure is in the words of the command', async () => {
  const readme = await readFile(join(root, 'scripts/README.md'), 'utf8');
  const [, section = ''] = readme.split('\n### What metrics tells\n');
  const told = [...(section.split('\n#')[0] ?? '').matchAll(/^\| [a-z0-9 ]+ +\| (.*?) +\|$/gm)].map(([, text]) => text);
  expect(told).toEqual(['is', ...Object.values(definitions)]);
});

/** So many hours into a Monday. */
function at(hours: number): Date {
  return new Date(Date.UTC(2026, 8, 21, hours));
}

function sketch({ changes, failure, restored }: Deployment) {
  return { leadTimes: changes.map(({ leadTime }) => leadTime), failure, restored };
}

/** The weeks of a story, each value searched for in all there is. */
function compute(story: Story): Week[] {
  const { runs, mainline } = story;
  const deployments = runs.filter(isDeployment);
  const [first] = deployments;
  if (!first) return [];
  const weeks: Week[] = [];
  const day = new Date(first.since);
  day.setUTCHours(0, 0, 0, 0);
  while (day.getUTCDay() !== 1) day.setUTCDate(day.getUTCDate() - 1);
  while (day <= mainline.now) {
    const monday = new Date(day);
    day.setUTCDate(day.getUTCDate() + 7);
    const own = deployments.filter(({ since }) => since >= monday && since < day).map((run) => describe(run, story));
    const failed = own.filter(({ failure }) => failure !== undefined);
    const restored = failed.filter((deployment) => deployment.restored !== undefined);
    weeks.push({
      monday,
      deployments: own,
      leadTime: quantilesOf(own.flatMap(({ changes }) => changes.map(({ leadTime }) => leadTime))),
      failureRate: own.length === 0 ? undefined : failed.length / own.length,
      timeToRestore: quantilesOf(restored.map(({ run, restored }) => Number(restored) - Number(run.since))),
    });
  }
  return weeks;
}

function isDeployment({ version }: Run): boolean {
  return version.kind !== 'rollback';
}

function describe(run: Run, story: Story): Deployment {
  const { runs, mainline, code } = story;
  const brought = mainline.commits
    .filter(({ sha }) => code.has(sha))
    .filter(({ sha }) => runs.find(({ image }) => containsOnBranch(image, sha, story)) === run);
  const changes = brought.map((change) => ({ change, leadTime: Number(run.since) - Number(change.time) }));
  return { run, changes, failure: failureOf(run, story), restored: restoredOf(run, story) };
}

function containsOnBranch({ revision }: Run['image'], sha: string, { mainline, contents }: Story): boolean {
  return mainline.commits.some((commit) => commit.sha === revision) && contents.get(revision)?.has(sha) === true;
}

function failureOf(run: Run, { runs, contents }: Story): Deployment['failure'] {
  if (run.version.verdicts.some(({ state }) => state === 'failed')) return 'failed';
  const next = runs[runs.indexOf(run) + 1];
  if (!next) return undefined;
  const [revision, later] = [run.image.revision, next.image.revision];
  const isOlder = later !== revision && contents.get(revision)?.has(later) === true;
  const isNewer = later !== revision && contents.get(later)?.has(revision) === true;
  return isOlder || (next.version.kind === 'rollback' && !isNewer) ? 'taken-back' : undefined;
}

function restoredOf(run: Run, story: Story): Date | undefined {
  if (!failureOf(run, story)) return undefined;
  const { runs } = story;
  const { verdicts } = run.version;
  const failed = verdicts.findIndex(({ state }) => state === 'failed');
  const recovered = verdicts.find(({ state }, index) => failed >= 0 && index > failed && state === 'healthy');
  const next = runs.slice(runs.indexOf(run) + 1).find((later) => !failureOf(later, story));
  const healthy = next?.version.verdicts.find(({ state }) => state === 'healthy');
  const times = [
    ...(recovered ? [Math.max(Number(recovered.since), Number(run.since))] : []),
    ...(next ? [Math.max(Number(healthy?.since ?? next.since), Number(next.since))] : []),
  ];
  return times.length > 0 ? new Date(Math.min(...times)) : undefined;
}

/** The least value that so many of all do not exceed. */
function quantilesOf(values: readonly number[]): Quantiles | undefined {
  const leastOf = (percent: number) =>
    Math.min(
      ...values.filter((value) => values.filter((other) => other <= value).length * 100 >= percent * values.length),
    );
  return values.length === 0 ? undefined : { median: leastOf(50), p90: leastOf(90) };
}
