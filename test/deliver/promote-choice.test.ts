import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { promote } from '../../scripts/deliver/promote.ts';
import type { Promotion } from '../../scripts/deliver/promote.ts';
import { audit } from '../../scripts/look/audit.ts';
import { parseTag } from '../../scripts/release/image.ts';
import { createOperator } from '../support/command/operator.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';
import { flow } from '../support/git/flow.ts';
import { holds, runs } from '../support/git/runs.ts';

let sandbox: Sandbox;
let checkout: string;
let releases: string[];
const now = new Date('2026-09-22T12:00:00Z');
const rules = flow({
  staging: { soak: { for: '30m', by: 'descent' }, override: ['soak'] },
  freeze: { environments: ['staging'], from: '2026-09-22T12:30:00Z', to: '2026-09-22T13:00:00Z' },
});

// One sandbox serves all, each on a branch of its own: three releases came to dev, the last one ten minutes ago.
beforeAll(async () => {
  sandbox = await createSandbox();
  const { origin } = sandbox;
  origin.time = new Date('2026-09-22T10:00:00Z');
  await origin.commit('Set the rules', rules);
  releases = (await origin.commitAll(['One', 'Two', 'Three'])).map((sha) => sha.slice(0, 8));
  for (const [index, time] of ['10:10', '11:20', '11:50'].entries()) {
    origin.time = new Date(`2026-09-22T${time}:00Z`);
    const tag = releases[index] ?? '';
    await origin.commit(`deploy(dev): ${tag}`, runs({ dev: tag }));
  }
  checkout = await sandbox.clone();
});

afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

test('the newest that is ripe comes, and it is said what the source runs, and when that will be', async () => {
  const [, two = '', three = ''] = releases;
  const { result, lines } = await go('ripe');
  expect(result).toMatchObject({ outcome: 'changed', to: { tag: two } });
  expect(lines).toEqual([`dev runs ${three}, which will have soaked at 2026-09-22T12:20:00.000Z.`]);
  await expect(go('ripe')).rejects.toMatchObject({
    code: 'not-soaked',
    message: `staging takes a release that has been in dev for 30m: ${three} not before 2026-09-22T12:20:00.000Z.`,
  });
  expect(await findings('ripe')).toEqual([]);
});

test('the one that is named comes by the same rules, and what is older than it comes no more', async () => {
  const [one = '', two = '', three = ''] = releases;
  await expect(go('named', { release: parseTag(three, '') })).rejects.toMatchObject({ code: 'not-soaked' });
  expect((await go('named', { release: parseTag(two, '') })).result.outcome).toBe('changed');
  expect((await go('named', { release: parseTag(one, '') })).result.outcome).toBe('superseded');
  const never = sandbox.origin.commit('Never deployed', {}, 'named');
  const release = parseTag((await never).slice(0, 8), '');
  await expect(go('named', { release })).rejects.toMatchObject({ code: 'out-of-order' });
});

test('what the source went back from does not come, though it is named, until it is delivered there again', async () => {
  const [one = '', two = '', three = ''] = releases;
  await sandbox.origin.commit(`rollback(dev): ${two}`, { ...runs({ dev: two }), ...holds('dev') }, 'back');
  await sandbox.origin.commit('resume(dev)', { 'environments/dev/hold.yaml': undefined }, 'back');
  const release = parseTag(three, '');
  await expect(go('back', { release, override: ['soak'], reason: 'urgent' })).rejects.toMatchObject({
    code: 'taken-back',
    message: `dev went back from ${three}, so it may not come to staging.`,
  });
  expect((await go('back')).result.to?.tag).toBe(two);
  expect(one).not.toBe(two);
});

test('a rule that the flow names is overridden with a reason, which the commit and the audit tell', async () => {
  const [, , three = ''] = releases;
  await sandbox.origin.commit('Begin', {}, 'overridden');
  const { status, stderr } = await sandbox.gitops(checkout, [
    ...['promote', 'staging', '--branch', 'overridden', '--release', three],
    ...['--override', 'soak,freeze', '--reason', 'CVE-2026-1234'],
  ]);
  expect({ status, stderr }).toEqual({
    status: 3,
    stderr:
      'staging does not let freeze be overridden.\n' +
      'What may be overridden stands in environments/flow.yaml, as "override" of the environment.\n',
  });
  const { result } = await go('overridden', {
    release: parseTag(three, ''),
    override: ['soak'],
    reason: 'CVE-2026-1234',
  });
  expect(result).toMatchObject({ outcome: 'changed', to: { tag: three } });
  const message = await sandbox.origin.git('log', '-1', '--format=%B', 'overridden');
  expect(message.split('\n').slice(-2)).toEqual(['Override: soak', 'Reason: CVE-2026-1234']);
  expect(await findings('overridden')).toEqual([
    {
      rule: 'overridden',
      severity: 'notice',
      message: `staging takes a release that has been in dev for 30m: ${three} not before 2026-09-22T12:20:00.000Z.\nsoak was overridden: CVE-2026-1234`,
    },
  ]);
});

test('a trailer that the flow does not allow overrides nothing', async () => {
  const [, , three = ''] = releases;
  const strict = String(rules['environments/flow.yaml']).replace(/ +override:\n +- soak\n/, '');
  await sandbox.origin.commit('Be strict', { 'environments/flow.yaml': strict }, 'trailer');
  const message = `promote(staging): ${three}\n\nOverride: soak\nReason: now`;
  await sandbox.origin.commit(message, runs({ staging: three }), 'trailer');
  expect(await findings('trailer')).toMatchObject([{ rule: 'not-soaked', severity: 'breach' }]);
});

test.each([
  ['no release', ['--override', 'soak', '--reason', 'x'], 'An override needs --release and --reason.'],
  ['no reason', ['--override', 'soak', '--release', '3f9c1b2a'], 'An override needs --release and --reason.'],
  ['a reason alone', ['--reason', 'x'], 'Only an override has a --reason.'],
  ['the order', ['--override', 'order'], 'It must be a list of soak, freeze, healthy, such as soak,freeze.'],
])('an override with %s is refused', async (_, options, problem) => {
  const { status, stderr } = await sandbox.gitops(checkout, ['promote', 'staging', ...options]);
  expect(status).toBe(2);
  expect(stderr).toContain(problem);
});

test('a dry run shows what would come although a rule refuses it, then says which, and until when', async () => {
  const [, , three = ''] = releases;
  const operator = { ...createOperator(sandbox, checkout, { now: () => now }), dryRun: true };
  await expect(promote(operator, 'staging', { release: parseTag(three, '') })).rejects.toMatchObject({
    code: 'not-soaked',
    message: expect.stringContaining('not before 2026-09-22T12:20:00.000Z'),
  });
  expect(operator.lines).toEqual([expect.stringMatching(/^It would bring:[^]* Three\n/)]);
});

/** Promotes on a branch of main. */
async function go(branch: string, promotion: Promotion = {}) {
  const { origin } = sandbox;
  origin.time = new Date('2026-09-22T11:55:00Z');
  if (!(await origin.refs()).includes(`refs/heads/${branch}\n`)) await origin.commit('Begin', {}, branch);
  const operator = createOperator(sandbox, checkout, { branch, now: () => now });
  return { result: await promote(operator, 'staging', promotion), lines: operator.lines };
}

/** What the audit finds of staging. */
async function findings(branch: string): Promise<object[]> {
  const later = new Date('2026-09-22T14:00:00Z');
  const operator = createOperator(sandbox, checkout, { branch, now: () => later });
  const { document } = await audit(operator, { since: undefined, strict: false });
  return (document as Record<'environment' | 'rule' | 'severity' | 'message', string>[])
    .filter(({ environment, rule }) => environment === 'staging' && rule !== 'loosened')
    .map(({ rule, severity, message }) => ({ rule, severity, message }));
}
