import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { metrics } from '../../scripts/look/metrics.ts';
import { createOperator } from '../support/command/operator.ts';
import { createSandbox, type Sandbox } from '../support/command/sandbox.ts';
import type { Origin } from '../support/git/origin.ts';
import { runs } from '../support/git/runs.ts';

// One sandbox serves all, since nothing is written.
let sandbox: Sandbox;
let origin: Origin;
let checkout: string;
/** The commits, by what they are. */
let made: Record<'first' | 'second' | 'third' | 'deployed' | 'failed' | 'back', string>;

beforeAll(async () => {
  sandbox = await createSandbox();
  ({ origin } = sandbox);
  const commit = (time: string, message: string, files = {}) => {
    origin.time = new Date(time);
    return origin.commit(message, files);
  };
  const deliver = (time: string, kind: string, release: string) => {
    const tag = release.slice(0, 8);
    return commit(time, `${kind}(dev): ${tag}\n\nEnvironment: dev\nKind: ${kind}\nTo: ${tag}`, runs({ dev: tag }));
  };
  // A Monday.
  const first = await commit('2026-09-28T10:00:00Z', 'First');
  const deployed = await deliver('2026-09-28T10:05:00Z', 'deploy', first);
  const second = await commit('2026-10-06T10:00:00Z', 'Second');
  // It changes environments alone.
  await commit('2026-10-06T10:30:00Z', 'Prepare', { 'environments/README.md': 'Hello.\n' });
  const third = await commit('2026-10-06T11:00:00Z', 'Third');
  const failed = await deliver('2026-10-06T11:10:00Z', 'deploy', third);
  const back = await deliver('2026-10-06T12:00:00Z', 'rollback', first);
  await note(failed, 'failed', '2026-10-06T11:20:00.000Z');
  await note(back, 'healthy', '2026-10-06T12:01:30.500Z');
  made = { first, second, third, deployed, failed, back };
  checkout = await sandbox.clone();
});

afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

test('the weeks of each environment are told, newest first, and what each number means', async () => {
  const operator = createOperator(sandbox, checkout, { now: () => new Date('2026-10-14T12:00:00Z') });
  const { text } = await metrics(operator, undefined, { since: undefined, columns: 100 });
  const [dev, staging, production, meaning] = text.split('\n\n');
  expect(dev).toBe(
    `dev
WEEK        DEPLOYMENTS  LEAD TIME  P90     FAILED  RESTORED  P90     OPEN
2026-10-12  0            -          -       -       -         -       0
2026-10-05  1            10 min     70 min  100%    51 min    51 min  0
2026-09-28  1            5 min      6 d     0%      -         -       0`,
  );
  expect([staging, production]).toEqual(['staging\nNo deployment.', 'production\nNo deployment.']);
  const headings = 'WEEK        DEPLOYMENTS  LEAD TIME  P90     FAILED  RESTORED  P90     OPEN'.split(/ {2,}/);
  expect(new Set(meaning?.match(/^[A-Z0-9 ]+(?= {2})/gm)?.map((word) => word.trim()))).toEqual(new Set(headings));
});

test('--json has the commits behind each number, and --since leaves out the weeks before', async () => {
  const { status, stdout, stderr } = await sandbox.gitops(checkout, [
    'metrics',
    'dev',
    '--since',
    '2026-10-07',
    '--json',
  ]);
  const [dev, ...others] = JSON.parse(stdout) as { name: string; weeks: object[] }[];
  expect({ status, stderr, name: dev?.name, others }).toEqual({ status: 0, stderr: '', name: 'dev', others: [] });
  const nothing = { leadTime: null, failureRate: null, timeToRestore: null, open: 0, behind: [] };
  expect(dev?.weeks.at(-2)).toEqual({ week: '2026-10-12', deployments: 0, ...nothing });
  expect(dev?.weeks.at(-1)).toEqual({
    week: '2026-10-05',
    deployments: 1,
    leadTime: { median: 600, p90: 4200 },
    failureRate: 1,
    timeToRestore: { median: 3090.5, p90: 3090.5 },
    open: 0,
    behind: [
      {
        commit: made.failed,
        tag: made.third.slice(0, 8),
        since: '2026-10-06T11:10:00.000Z',
        changes: [
          { commit: made.third, seconds: 600 },
          { commit: made.second, seconds: 4200 },
        ],
        failure: 'failed',
        restored: '2026-10-06T12:01:30.500Z',
      },
    ],
  });
});

test('a failed deployment is open until the environment is restored', async () => {
  await origin.git('branch', 'before', made.failed);
  const operator = createOperator(sandbox, checkout, { branch: 'before', now: () => new Date('2026-10-06T11:30:00Z') });
  const { document, text } = await metrics(operator, 'dev', { since: new Date('2026-10-06T00:00:00Z'), columns: 100 });
  const behind = [{ commit: made.failed, failure: 'failed', restored: null }];
  expect(document).toMatchObject([{ weeks: [{ failureRate: 1, timeToRestore: null, open: 1, behind }] }]);
  expect(text.split('\n\n')[0]).toMatch(/\n2026-10-05 +1 .* 100% +- +- +1$/);
});

test('an environment that is not there is refused by name', async () => {
  const { status, stderr } = await sandbox.gitops(checkout, ['metrics', 'nowhere']);
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('nowhere') });
});

function note(commit: string, state: string, since: string): Promise<string> {
  const text = `Verdict: ${state}\nEnvironment: dev\nSince: ${since}\nActor: ada`;
  const person = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
  return origin.git(...person, 'notes', '--ref=deliveries', 'add', '-m', text, commit);
}
