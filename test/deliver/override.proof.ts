import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { serveArgo } from '../support/argocd/server.ts';
import { recordApplication } from '../support/argocd/situation.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';
import { variables } from '../support/command/waiting-room.ts';
import { namedApplications } from '../support/git/applicationset.ts';
import { flow } from '../support/git/flow.ts';
import { git } from '../support/git/git.ts';
import type { Files, Origin } from '../support/git/origin.ts';
import { digestOf, holds, runs } from '../support/git/runs.ts';

const minute = 60_000;
const reason = 'CVE-2026-1234';
const production = { soak: '24h', via: 'merge-request', override: ['soak', 'freeze'] } as const;

let sandbox: Sandbox;
let origin: Origin;
let checkout: string;
let [before, tag, release] = ['', '', ''];
const now = Math.floor(Date.now() / 1000) * 1000;

// A release came to staging five minutes ago, after another one, and production takes it after a day.
beforeEach(async () => {
  sandbox = await createSandbox();
  ({ origin } = sandbox);
  await commit(60, 'Set the rules', { ...flow({ production }), ...namedApplications });
  [before = '', release = ''] = await origin.commitAll(['Add the login', 'Mend the login']);
  [before, tag] = [before.slice(0, 8), release.slice(0, 8)];
  await commit(30, `deploy(dev): ${before}`, runs({ dev: before }));
  await commit(20, `promote(staging): ${before}`, runs({ staging: before }));
  await commit(10, `deploy(dev): ${tag}`, runs({ dev: tag }));
  await commit(5, `promote(staging): ${tag}`, runs({ staging: tag }));
  checkout = await sandbox.clone();
});

afterEach(async () => {
  await sandbox[Symbol.asyncDispose]();
});

test('an override goes through its merge request, and is told at each step', async () => {
  const options = await listenForOptions();
  const { branch } = await promote('soak,freeze');
  expect(branch).toBe(`promote/production/${tag}-soak-freeze`);
  expect(await readFile(options, 'utf8')).toContain(
    `\nmerge_request.description=It overrides soak and freeze: \`${reason}\`\\n\\nIt brings:\\n\\n- ${tag} \`Mend the login\`\\n\\n`,
  );
  const { stdout } = await gitops('status', '--json');
  expect(JSON.parse(stdout)).toMatchObject([{}, {}, { proposals: [{ branch, tag, by: 'Grace Operator' }] }]);

  const told = [
    `production takes a release that has run in staging for 1d: ${tag} not before ${instant(5 - 24 * 60)}.\nsoak was overridden: ${reason}`,
    `freeze was overridden: ${reason}`,
  ].map((message) => ({ severity: 'notice', environment: 'production', rule: 'overridden', message }));
  expect(await review(branch)).toMatchObject({ status: 0, allowed: true, findings: told });

  await merge(branch);
  expect(await audit()).toMatchObject({ status: 0, findings: told });
  expect(await readLast()).toMatchObject({ kind: 'promote', tag, by: 'grace', override: ['soak', 'freeze'], reason });
  expect((await gitops('history', 'production')).stdout).toMatch(
    / soak overridden; freeze overridden; CVE-2026-1234\n/,
  );

  const image = { commit: release, tag, digest: digestOf(tag) };
  const application = JSON.stringify(recordApplication(image)).replaceAll('orders-dev', 'orders-production');
  const body = JSON.parse(application) as unknown;
  await using server = await serveArgo({ applications: [{ body }] });
  const waited = await sandbox.gitops(checkout, ['wait', 'production'], variables(server.host));
  expect(waited).toMatchObject({ status: 0, stdout: `production runs ${tag} and is healthy, after 0 s.\n` });
  expect(await origin.git('notes', '--ref=deliveries', 'show', 'main')).toMatch(/^Verdict: healthy\nEnvironment: prod/);
  expect(await readLast()).toMatchObject({ commit: await origin.tip(), verdicts: [{ state: 'healthy' }] });
  expect(await audit()).toMatchObject({ status: 0, findings: told });
});

test('a proposal that overrides nothing does not stand in the way of one that does', async () => {
  await commit(4, 'Shorten the soak', flow({ production: { ...production, soak: '1m' } }));
  const plain = await promote();
  await commit(
    1,
    'Freeze',
    flow({ production: { ...production, soak: '1m' }, freeze: { environments: ['production'] } }),
  );
  const urgent = await promote('freeze');
  expect([plain.branch, urgent.branch].map((branch) => branch.split('/')[2])).toEqual([tag, `${tag}-freeze`]);
  expect(await review(plain.branch)).toMatchObject({ status: 3, allowed: false, findings: [{ rule: 'frozen' }] });
  expect(await review(urgent.branch)).toMatchObject({ status: 0, findings: [{ rule: 'overridden' }] });
  await merge(urgent.branch);
  expect(await audit()).toMatchObject({ status: 0 });
});

test('what else it breaks when it is merged is a breach beside what it overrides', async () => {
  const { branch } = await promote('soak');
  await commit(1, 'hold(production)', holds('production'));
  const found = [
    { severity: 'breach', rule: 'held' },
    { severity: 'notice', rule: 'overridden' },
  ];
  expect(await review(branch)).toMatchObject({ status: 3, findings: found });
  await merge(branch);
  expect(await audit()).toMatchObject({ status: 3, findings: found });
});

test.each<[string, string, () => Promise<unknown>]>([
  [
    'a freeze began',
    'frozen',
    () =>
      commit(
        1,
        'Freeze',
        flow({ production: { ...production, soak: '1m' }, freeze: { environments: ['production'] } }),
      ),
  ],
  [
    'a longer soak was asked for',
    'not-soaked',
    () => commit(1, 'Wait', flow({ production: { ...production, soak: '2d' } })),
  ],
  [
    'its source went back from it',
    'taken-back',
    async () => {
      await commit(2, `rollback(staging): ${before}`, { ...runs({ staging: before }), ...holds('staging') });
      await commit(1, 'resume(staging)', { 'environments/staging/hold.yaml': undefined });
    },
  ],
])('a proposal that is merged after %s is a breach', async (_, rule, happens) => {
  await commit(4, 'Let it come', flow({ production: { ...production, soak: '1m' } }));
  const { branch } = await promote();
  expect(await review(branch)).toMatchObject({ status: 0, findings: [] });
  await happens();
  const found = [{ severity: 'breach', environment: 'production', rule }];
  expect(await review(branch)).toMatchObject({ status: 3, findings: found });
  await merge(branch);
  expect(await audit()).toMatchObject({ status: 3, findings: found });
});

test('an override that is taken out of the flow before the merge overrides nothing', async () => {
  const { branch } = await promote('soak');
  await commit(1, 'Be strict', flow({ production: { soak: '24h', via: 'merge-request' } }));
  await merge(branch);
  expect(await audit()).toMatchObject({ status: 3, findings: [{ severity: 'breach', rule: 'not-soaked' }] });
});

test('a squash that drops the message of the proposal drops its override', async () => {
  const { branch } = await promote('soak');
  const title = `promote(production): ${tag}`;
  await origin.git(
    'update-ref',
    'refs/heads/main',
    await origin.git('commit-tree', '-p', 'main', '-m', title, `${branch}^{tree}`),
  );
  const [dropped] = (await audit()).findings;
  expect(dropped).toMatchObject({ severity: 'breach', rule: 'not-soaked' });
  // What GitLab writes by the template %{first_multiline_commit}.
  const message = await origin.git('log', '-1', '--format=%B', branch);
  await origin.git(
    'update-ref',
    'refs/heads/main',
    await origin.git('commit-tree', '-p', 'main~1', '-m', message, `${branch}^{tree}`),
  );
  expect((await audit()).findings).toContainEqual(expect.objectContaining({ severity: 'notice', rule: 'overridden' }));
});

test.each(['Override: freeze', 'x\u2028Override: freeze', 'x Override: freeze, healthy', 'Reason: Override: freeze'])(
  'a reason overrides nothing, whatever it says: %j',
  async (words) => {
    const { branch } = await promote('soak', words);
    await merge(branch);
    const line = words.replace('\u2028', ' ');
    expect(await audit()).toMatchObject({
      status: 0,
      findings: [
        {
          severity: 'notice',
          rule: 'overridden',
          message: expect.stringMatching(new RegExp(`\nsoak was overridden: ${line}$`)),
        },
      ],
    });
  },
);

test('rules that are named twice, or one by one, are overridden once', async () => {
  const args = ['--override', 'freeze,soak,soak', '--override', 'freeze', '--override', 'soak'];
  const run = await gitops('promote', 'production', '--release', tag, ...args, '--reason', reason, '--json');
  const { branch = '' } = JSON.parse(run.stdout) as { branch?: string };
  expect(branch).toBe(`promote/production/${tag}-soak-freeze`);
  expect(await origin.git('log', '-1', '--format=%(trailers:key=Override)', branch)).toBe('Override: soak, freeze');
  const again = await gitops('promote', 'production', '--release', tag, ...args, '--reason', reason);
  expect(again.stdout).toMatch(/ is proposed already, by the branch /);
});

function commit(minutes: number, title: string, files: Files = {}): Promise<string> {
  origin.time = new Date(now - minutes * minute);
  return origin.commit(title, files);
}

function instant(minutes: number): string {
  return new Date(now - minutes * minute).toISOString();
}

/** Writes the push options of each proposal into a file, and gives its path. */
async function listenForOptions(): Promise<string> {
  const path = `${sandbox.folder}/options`;
  await origin.installHook('post-receive', `env | grep '^GIT_PUSH_OPTION_[0-9]' | sort | cut -d= -f2- >'${path}'`);
  return path;
}

/** Proposes the release for production. */
async function promote(override?: string, why = reason): Promise<{ branch: string }> {
  const past = override === undefined ? [] : ['--release', tag, '--override', override, '--reason', why];
  const { stdout } = await gitops('promote', 'production', ...past, '--json');
  const document = JSON.parse(stdout) as { outcome: string; branch: string };
  expect(document.outcome).toBe('proposed');
  return document;
}

/** What a pipeline of the merge request says now. */
async function review(branch: string) {
  await git(checkout, ['fetch', '--quiet', 'origin', branch]);
  await git(checkout, ['checkout', '--quiet', '--detach', 'FETCH_HEAD']);
  const { status, stdout } = await gitops('review', '--only-environments', '--json');
  return { status, ...(JSON.parse(stdout) as { allowed: boolean; findings: object[] }) };
}

/** Merges a proposal as somebody else, as GitLab's server does. */
async function merge(branch: string): Promise<void> {
  origin.time = new Date();
  await origin.merge(branch, 'main');
  await origin.git('update-ref', '-d', `refs/heads/${branch}`);
}

/** What the audit finds of the last commit. */
async function audit() {
  const { status, stdout } = await gitops('audit', '--json');
  const tip = await origin.tip();
  const all = JSON.parse(stdout) as { commit: string; severity: string; rule: string }[];
  return { status, findings: all.filter(({ commit }) => commit === tip) };
}

async function readLast(): Promise<unknown> {
  const { stdout } = await gitops('history', 'production', '--json', '--limit', '1');
  return (JSON.parse(stdout) as unknown[])[0];
}

function gitops(...args: string[]) {
  return sandbox.gitops(checkout, args);
}
