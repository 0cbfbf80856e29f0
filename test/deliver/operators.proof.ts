import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { audit } from '../../scripts/look/audit.ts';
import { deploy } from '../../scripts/deliver/deploy.ts';
import { history } from '../../scripts/look/history.ts';
import { hold, resume } from '../../scripts/deliver/hold.ts';
import { promote } from '../../scripts/deliver/promote.ts';
import { rollback } from '../../scripts/deliver/rollback.ts';
import { Failure } from '../../scripts/shell/failure.ts';
import { parseDigest, parseTag } from '../../scripts/release/image.ts';
import { flow } from '../support/git/flow.ts';
import { createOperator } from '../support/command/operator.ts';
import type { Origin } from '../support/git/origin.ts';
import { digestOf } from '../support/git/runs.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';

const freeze = { environments: ['production'], from: '2026-09-23T02:00:00Z', to: '2026-09-23T03:00:00Z' };
// The flow of the project, and a freeze.
const rules = flow({
  staging: { soak: '30m' },
  production: { soak: '24h', via: 'merge-request' },
  freeze,
});
const start = new Date('2026-09-22T00:00:00Z');
const environments = ['dev', 'staging', 'production'] as const;
const releases = 6;
const minute = 60_000;

/** What somebody does, some minutes after what was done before. */
interface Act {
  kind: 'deploy' | 'promote' | 'rollback' | 'hold' | 'resume';
  environment: (typeof environments)[number];
  /** Which of the releases a deploy brings. */
  release: number;
}

interface Round {
  minutes: number;
  acts: Act[];
}

const act = fc.record<Act>({
  kind: fc.constantFrom('deploy', 'deploy', 'promote', 'promote', 'promote', 'rollback', 'hold', 'resume', 'resume'),
  environment: fc.constantFrom(...environments),
  release: fc.nat(releases - 1),
});
/** A way through all environments, before which nothing can be proposed. */
const opening: Round[] = [
  { minutes: 0, acts: [{ kind: 'deploy', environment: 'dev', release: 0 }] },
  { minutes: 31, acts: [{ kind: 'promote', environment: 'staging', release: 0 }] },
  { minutes: 1_440, acts: [{ kind: 'promote', environment: 'production', release: 0 }] },
];
/** Rounds of acts at once, by different people, with minutes between. */
const rounds: fc.Arbitrary<Round[]> = fc.array(
  fc.record({
    minutes: fc.constantFrom(0, 1, 31, 60, 1_440),
    acts: fc.array(act, { minLength: 1, maxLength: 3 }),
  }),
  { minLength: 3, maxLength: 6 },
);

let sandbox: Sandbox;
let origin: Origin;
let checkouts: string[];
let tags: string[];

beforeAll(async () => {
  sandbox = await createSandbox();
  ({ origin } = sandbox);
  origin.time = start;
  await origin.commit('Set the rules', rules);
  const commits = await origin.commitAll(Array.from({ length: releases }, (_, index) => `Release ${index}`));
  tags = commits.map((sha) => sha.slice(0, 8));
  checkouts = await Promise.all([sandbox.clone(), sandbox.clone({ asJob: true }), sandbox.clone()]);
});

afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

test('whatever operators do at once, and whoever merges, no rule is broken, and no digest mistaken', async () => {
  let branches = 0;
  let merges = 0;
  await fc.assert(
    fc.asyncProperty(rounds, async (all) => {
      const branch = `play-${(branches += 1)}`;
      origin.time = start;
      await origin.commit('Begin', {}, branch);
      let time = start.getTime();
      for (const { minutes, acts } of [...opening, ...all]) {
        time += minutes * minute;
        merges += await mergeProposals(branch, new Date(time));
        await Promise.all(acts.map((one, index) => perform(one, branch, checkouts[index] ?? '', new Date(time))));
      }
      await expectOrder(branch, new Date(time));
      for (const proposal of await listProposals()) await remove(proposal);
    }),
    { numRuns: 8, endOnFailure: true },
  );
  // That of the opening at the least.
  expect(merges).toBeGreaterThanOrEqual(branches);
}, 180_000);

test('the same holds for racing processes', async () => {
  const branch = 'processes';
  await origin.commit('Begin', {}, branch);
  const [older = '', newer = ''] = tags;
  const acts = [
    ['deploy', 'dev', '--tag', older, '--digest', digestOf(older)],
    ['deploy', 'dev', '--tag', newer, '--digest', digestOf(newer)],
    ['promote', 'production'],
    ['rollback', 'dev', '--reason', 'errors'],
    ['hold', 'staging', '--reason', 'load test'],
    ['resume', 'staging'],
  ];
  const runs = await Promise.all(
    acts.map((args, index) => sandbox.gitops(checkouts[index % 3] ?? '', [...args, '--branch', branch])),
  );
  expect(runs.filter(({ status }) => status !== 0 && status !== 3)).toEqual([]);
  await expectOrder(branch, new Date());
});

/** Does it, and takes a refusal by a rule for an answer. */
async function perform({ kind, environment, release }: Act, branch: string, checkout: string, time: Date) {
  const world = createOperator(sandbox, checkout, { branch, now: () => time });
  const tag = parseTag(tags[release] ?? '', 'tag');
  const does = {
    deploy: () => deploy(world, environment, { tag, digest: parseDigest(digestOf(tag), 'digest') }),
    promote: () => promote(world, environment),
    rollback: () => rollback(world, environment, { to: undefined, reason: 'errors' }),
    hold: () => hold(world, environment, 'look into it'),
    resume: () => resume(world, environment),
  };
  try {
    await does[kind]();
  } catch (error) {
    if (!(error instanceof Failure) || error.exitCode !== 3) throw error;
  }
}

/** Merges what is proposed, as far as a reviewer would: nothing keeps it, and its source is as it was. */
async function mergeProposals(branch: string, time: Date): Promise<number> {
  origin.time = time;
  let count = 0;
  for (const proposal of await listProposals()) {
    if (!(await isMergeable(proposal, branch, time))) continue;
    await origin.merge(proposal, branch);
    await remove(proposal);
    count += 1;
  }
  return count;
}

async function isMergeable(proposal: string, branch: string, time: Date): Promise<boolean> {
  const base = await origin.git('merge-base', proposal, branch);
  const folders = ['environments/staging', 'environments/production'];
  const isFrozen = new Date(freeze.from) <= time && time < new Date(freeze.to);
  return !isFrozen && (await origin.git('diff', '--name-only', base, branch, '--', ...folders)) === '';
}

async function listProposals(): Promise<string[]> {
  const list = await origin.git('for-each-ref', '--format=%(refname:lstrip=2)', 'refs/heads/promote');
  return list.split('\n').filter(Boolean);
}

async function remove(branch: string): Promise<void> {
  await origin.git('update-ref', '-d', `refs/heads/${branch}`);
}

async function expectOrder(branch: string, time: Date): Promise<void> {
  const operator = createOperator(sandbox, checkouts[0] ?? '', { branch, now: () => time });
  expect((await audit(operator, { since: undefined, strict: false })).document).toEqual([]);
  const merged = await origin.git('log', '--merges', '--format=%s', branch);
  expect(merged.split('\n').filter((title) => !/^(Merge branch 'promote\/production\/.*)?$/.test(title))).toEqual([]);
  for (const environment of environments) {
    const { document } = await history(operator, environment, { limit: 1_000, columns: 200 });
    for (const { tag, digest } of document as { tag: string; digest: string }[]) {
      expect(digest).toBe(tag === '' ? '' : digestOf(tag));
    }
  }
  expect(operator.lines).toEqual([]);
}
