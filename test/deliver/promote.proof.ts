import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { namedApplications } from '../support/git/applicationset.ts';
import { flow } from '../support/git/flow.ts';
import { emptyValues } from '../support/git/origin.ts';
import type { Files, Origin } from '../support/git/origin.ts';
import { digestOf, holds, runs } from '../support/git/runs.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';

// One sandbox serves all refusals, each on a branch of its own: that nothing is written is what is tested.
let sandbox: Sandbox;
let origin: Origin;
let checkout: string;
/** Two releases; the newer one came to dev a minute ago, and so did the older one before. */
let [older, newer] = ['', ''];
const now = Math.floor(Date.now() / 1000) * 1000;
const minute = 60_000;

beforeAll(async () => {
  sandbox = await createSandbox();
  ({ origin } = sandbox);
  origin.time = new Date(now - 90 * minute);
  await origin.commit('Let releases soak', flow({ staging: { soak: '30m' } }));
  older = (await origin.commit('Add the version endpoint')).slice(0, 8);
  newer = (await origin.commit('Count the requests')).slice(0, 8);
  await origin.commit(`deploy(dev): ${older}`, runs({ dev: older }));
  checkout = await sandbox.clone({ asJob: true });
});

afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

test('what dev runs comes to staging by one commit, tag, digest and revision to the letter', async () => {
  const branch = await prepare('promoted', {});
  expect(await promote('staging', branch)).toEqual({
    status: 0,
    stdout: `staging is to run ${older} instead of nothing, by commit ${await origin.tip(branch)}.\nTo know when it is live: npm run wait -- staging\n`,
    stderr: '',
  });
  expect(await origin.read('environments/staging/values.yaml', branch)).toBe(
    await origin.runningValues('staging', older, digestOf(older)),
  );
  expect(await origin.git('log', '-1', '--format=%an|%B', branch)).toBe(`Grace Operator|promote(staging): ${older}

Add the version endpoint

Environment: staging
Kind: promote
To: ${older}
Digest: ${digestOf(older)}
Revision: ${await origin.git('rev-parse', older)}
Actor: grace`);
  expect(await origin.git('diff', '--name-only', `${branch}^..${branch}`)).toBe('environments/staging/values.yaml');

  expect(await promote('staging', branch)).toEqual({
    status: 0,
    stdout: `Nothing to do: staging runs ${older} already.\n`,
    stderr: '',
  });
});

test('with --json, the same is one document', async () => {
  const branch = await prepare('documented', runs({ staging: older, dev: newer }), -31 * minute);
  const { status, stdout } = await promote('staging', branch, '--json');
  expect({ status, document: JSON.parse(stdout) as unknown }).toEqual({
    status: 0,
    document: {
      environment: 'staging',
      kind: 'promote',
      outcome: 'changed',
      from: { tag: older, digest: digestOf(older), revision: '' },
      to: await origin.release(newer, digestOf(newer)),
      commit: await origin.tip(branch),
      attempts: 1,
    },
  });
});

test('a release older than the one that runs is superseded, whatever holds or freezes', async () => {
  const branch = await prepare('superseded', {
    ...runs({ staging: newer }),
    ...holds('staging'),
    ...holds('dev'),
  });
  const refs = await origin.refs();
  expect(await promote('staging', branch)).toEqual({
    status: 0,
    stdout: `Nothing to do: staging runs ${newer}, which is newer than ${older}.\n`,
    stderr: '',
  });
  expect(await origin.refs()).toBe(refs);
});

test.each<[string, () => Files]>([
  ['changed', () => ({})],
  ['proposed', () => flow({ staging: { via: 'merge-request' } })],
  ['superseded', () => runs({ staging: newer })],
])('a dry run of what comes to %s has that outcome', async (outcome, files) => {
  const branch = await prepare(`dry-${outcome}`, files());
  const documents = [
    await promote('staging', branch, '--dry-run', '--json'),
    await promote('staging', branch, '--json'),
  ];
  const [dry, real] = documents.map(({ stdout }) => JSON.parse(stdout) as Record<string, unknown>);
  expect(dry).toMatchObject({ outcome, from: real?.from, to: real?.to, commit: null });
  expect(real?.outcome).toBe(outcome);
});

interface Refusal {
  name: string;
  files: () => Files;
  environment?: string;
  code: string;
  status?: number;
  message: () => string;
  hint: string;
}

const refusals: Refusal[] = [
  {
    name: 'where releases come by deploys',
    files: () => ({}),
    environment: 'dev',
    code: 'out-of-order',
    message: () => 'dev has no environment before it, and takes its releases by deploys.',
    hint: 'Merge to main: the pipeline deploys it.',
  },
  {
    name: 'what is no release',
    files: () => runs({ dev: '0123456789abcdef' }),
    code: 'unrelated',
    message: () => '0123456789abcdef does not name exactly one commit of the branch.',
    hint: 'A release is a commit of the branch that the deliveries go to: git log --oneline shows them.',
  },
  {
    name: 'into what the flow does not know',
    files: () => ({}),
    environment: 'prod',
    code: 'unknown-environment',
    status: 2,
    message: () => '"prod" is not an environment of environments/flow.yaml.',
    hint: 'Name one of: dev, staging, production.',
  },
  {
    name: 'past a hold of the source that cannot be read',
    files: () => ({ 'environments/dev/hold.yaml': 'reason: ""\nby: ada\nsince: 2026-09-21T10:00:00Z\n' }),
    code: 'invalid-hold',
    status: 2,
    message: () => 'environments/dev/hold.yaml:1: reason: is empty',
    hint: 'Mend it, or remove it: npm run resume -- dev',
  },
];

test.each(refusals)('a promotion refuses $name', async ({ name, files, environment = 'staging', ...expected }) => {
  const branch = await prepare(name.replaceAll(/\W+/g, '-'), files());
  const refs = await origin.refs();

  const { status, stdout, stderr } = await promote(environment, branch, '--json');

  expect({ status, stderr }).toEqual({ status: expected.status ?? 3, stderr: '' });
  const { code, hint } = expected;
  expect(JSON.parse(stdout)).toEqual({ error: { code, message: expected.message(), hint } });
  expect(await origin.refs()).toBe(refs);
  expect(await sandbox.leftovers()).toEqual([]);
});

test('without a soak nobody waits, also where the clock of the source is ahead', async () => {
  const branch = await prepare('ahead', { ...runs({ dev: newer }), ...flow() }, 5 * minute);
  expect(await promote('staging', branch)).toMatchObject({ status: 0, stderr: '' });
});

test('where somebody else is to merge, a branch and a merge request are proposed, and once', async () => {
  const log = `${sandbox.folder}/options`;
  const address = 'https://gitlab.example.com/orders/-/merge_requests/7';
  await origin.installHook(
    'post-receive',
    `echo "View merge request for promote:"; echo "  ${address}"
env | grep '^GIT_PUSH_OPTION_[0-9]' | sort | cut -d= -f2- >'${log}'`,
  );
  const files = {
    ...flow({ production: { via: 'merge-request' } }),
    ...namedApplications,
    ...runs({ staging: older }),
  };
  const branch = await prepare('proposing', files, -31 * minute);
  const before = await origin.tip(branch);
  const proposal = `promote/production/${older}`;

  const first = await promote('production', branch);
  expect(first).toEqual({
    status: 0,
    stdout: `production: ${older} is proposed, to be merged by somebody else.\n${address}\n`,
    stderr: '',
  });
  expect(await origin.tip(branch)).toBe(before);
  expect(await origin.git('log', '--format=%s', `${branch}..${proposal}`)).toBe(`promote(production): ${older}`);
  const options = (await readFile(log, 'utf8')).split('\n').slice(0, 6);
  expect(options).toEqual([
    'merge_request.create',
    `merge_request.target=${branch}`,
    `merge_request.title=promote(production): ${older}`,
    'merge_request.label=promote',
    expect.stringMatching(/^merge_request\.description=/),
    'merge_request.remove_source_branch',
  ]);
  // An option has one line, of which GitLab makes several again.
  expect(options[4]?.replaceAll('\\n', '\n')).toBe(`merge_request.description=It brings:

- ${older} \`Add the version endpoint\`

production: nothing → ${older}: 1 added.

<details>
<summary>What changes in the cluster</summary>

\`\`\`diff
--- /dev/null
+++ Deployment/orders
@@ -0,0 +1,14 @@
+apiVersion: apps/v1
+kind: Deployment
+metadata:
+  labels:
+    release: ${older}
+  name: orders
+  namespace: orders-production
+spec:
+  replicas: 1
+  template:
+    spec:
+      containers:
+        - image: registry.example.com/orders:${older}@${digestOf(older)}
+          name: service
\`\`\`

</details>`);

  expect((await promote('production', branch)).stdout).toBe(
    `production: ${older} is proposed already, by the branch ${proposal}.\n` +
      'Merge its merge request; if that was closed, delete the branch and promote again.\n',
  );
  expect(JSON.parse((await promote('production', branch, '--json')).stdout)).toEqual({
    environment: 'production',
    kind: 'promote',
    outcome: 'proposed',
    from: { tag: '', digest: '', revision: '' },
    to: await origin.release(older, digestOf(older)),
    commit: await origin.tip(proposal),
    attempts: 1,
    branch: proposal,
    mergeRequest: null,
  });
});

test('a proposal that holds anything else is refused, with what differs and who made it', async () => {
  const files = { ...flow({ production: { via: 'merge-request' } }), ...runs({ staging: newer }) };
  const branch = await prepare('disputed', files, -31 * minute);
  const proposal = `promote/production/${newer}`;
  expect((await promote('production', branch)).status).toBe(0);
  await origin.commit('Correct a word', { 'README.md': '# Orders, corrected\n' }, branch);
  expect((await promote('production', branch)).stdout).toContain('is proposed already');

  await origin.commit('Add a surprise', { 'src/main.ts': 'console.log(3);\n' }, proposal);
  const { status, stdout, stderr } = await promote('production', branch);
  expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
  expect(stderr).toMatch(
    new RegExp(
      `^The branch ${proposal} proposes something else, by Ada Developer <ada@example\\.com>: it changes ` +
        'environments/production/values\\.yaml \\([0-9a-f]{8}\\), src/main\\.ts \\([0-9a-f]{8}\\), ' +
        'and this changes environments/production/values\\.yaml \\([0-9a-f]{8}\\)\\.\n' +
        `Look at it: git diff ${branch}\\.\\.\\.${proposal}\\. To propose anew, delete it: git push origin --delete ${proposal}\n$`,
    ),
  );
});

test('a branch that is left over from a proposal that was merged goes, and the release is proposed anew', async () => {
  const production = { via: 'merge-request' } as const;
  const files = { ...flow({ production }), ...runs({ staging: older }) };
  const branch = await prepare('left-over', files, -31 * minute);
  const proposal = `promote/production/${older}`;
  await origin.git('update-ref', '-d', `refs/heads/${proposal}`);
  await promote('production', branch);
  const merged = await origin.tip(proposal);
  await origin.git('update-ref', `refs/heads/${branch}`, merged);
  await origin.commit('Empty production', { 'environments/production/values.yaml': emptyValues('production') }, branch);

  const { status, stdout } = await promote('production', branch);
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: expect.stringContaining(
      `production: ${older} is proposed, anew: the branch ${proposal} was left over from one that has been merged`,
    ),
  });
  expect(await origin.tip(proposal)).not.toBe(merged);
});

/** A branch with one more commit, made so many milliseconds before or after now. */
async function prepare(branch: string, files: Files, age = -minute): Promise<string> {
  origin.time = new Date(now + age);
  await origin.commit('Prepare', files, branch);
  return branch;
}

function promote(environment: string, branch: string, ...options: string[]) {
  return sandbox.gitops(checkout, ['promote', environment, '--branch', branch, ...options]);
}
