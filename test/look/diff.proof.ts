import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { applicationSetPath } from '../../scripts/argocd/applicationset.ts';
import { namedApplications } from '../support/git/applicationset.ts';
import { chart, emptyValues, runningValues } from '../support/git/origin.ts';
import { holds } from '../support/git/runs.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Run, Sandbox } from '../support/command/sandbox.ts';
import { takeSnapshot } from '../support/git/snapshot.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const otherDigest = `sha256:${'b'.repeat(64)}`;
const deploymentPath = 'helm-chart/templates/deployment.yaml';
const deployment = String(chart[deploymentPath]);
const wholeChart = {
  ...chart,
  'helm-chart/templates/service.yaml':
    'apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  ports:\n    - port: 80\n',
  'helm-chart/templates/ready.yaml': `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ready\n  annotations: { helm.sh/hook: test }\nspec:\n  image: {{ .Values.image.tag }}\n`,
};
/** The chart says the same in other words: keys in another order, other quotes, a comment. */
const reworded = deployment.replace(
  'apiVersion: apps/v1\nkind: Deployment\n',
  '# The service itself.\nkind: Deployment\napiVersion: "apps/v1"\n',
);
const grown = {
  [deploymentPath]: reworded.replace('containers:', 'priorityClassName: high\n      containers:'),
  'helm-chart/templates/service.yaml': undefined,
  'helm-chart/templates/account.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {{ .Release.Name }}\n',
};

// One sandbox serves all: that nothing is changed is what is tested.
let sandbox: Sandbox;
let checkout: string;
/** The releases: one with the chart, the same chart in other words, another chart, no chart. */
let [first, reordered, other, bare] = ['', '', '', ''];

beforeAll(async () => {
  sandbox = await createSandbox();
  const { origin } = sandbox;
  const commit = async (subject: string, files = {}) => (await origin.commit(subject, files)).slice(0, 8);
  bare = await commit('Name the Applications', {
    ...namedApplications,
    ...Object.fromEntries(Object.keys(chart).map((path) => [path, undefined])),
  });
  first = await commit('Write a chart', wholeChart);
  reordered = await commit('Say it better', { [deploymentPath]: reworded });
  other = await commit('Change the chart', grown);
  await origin.commit(`deploy(dev): ${reordered}`, {
    'environments/dev/values.yaml': runningValues('dev', reordered, otherDigest),
    'environments/staging/values.yaml': runningValues('staging', first, digest),
  });
  checkout = await sandbox.clone();
});

afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

const imageChange = () => `--- Deployment/orders
+++ Deployment/orders
@@ -2,7 +2,7 @@ apiVersion: apps/v1
 kind: Deployment
 metadata:
   labels:
-    release: ${quoted(first)}
+    release: ${quoted(reordered)}
   name: orders
   namespace: orders-staging
 spec:
@@ -10,5 +10,5 @@ spec:
   template:
     spec:
       containers:
-        - image: registry.example.com/orders:${first}@${digest}
+        - image: registry.example.com/orders:${reordered}@${otherDigest}
           name: service
`;

test('what a promotion would bring is shown, and when it is the image alone', async () => {
  const before = await takeSnapshot(checkout);
  const run = await diff('staging');
  expect(run).toEqual({
    status: 0,
    stdout: `${imageChange()}\nstaging: ${first} → ${reordered}: only the image changes, and what names it.\n`,
    stderr: '',
  });
  expect(await takeSnapshot(checkout)).toEqual(before);
  expect(await sandbox.leftovers()).toEqual([]);
});

test('promote --dry-run tells what it would bring: the commit, the commits gained, the manifests', async () => {
  const refs = await sandbox.origin.refs();
  const run = await sandbox.gitops(checkout, ['promote', 'staging', '--dry-run']);
  expect(run).toMatchObject({
    status: 0,
    stdout: `Nothing was changed. staging runs ${first}; it would run ${reordered}.\n`,
  });
  expect(run.stderr).toContain(`Would commit on main:\n\npromote(staging): ${reordered}\n\nSay it better\n`);
  expect(run.stderr).toMatch(
    new RegExp(`\\nIt would bring:\\n\\n${reordered}  \\d+ (?:min|h|d)  \\S.*  Say it better\\n`),
  );
  expect(run.stderr).toContain(`\n-    release: ${first}\n+    release: ${reordered}\n`);
  expect(run.stderr).toContain(`staging: ${first} → ${reordered}: only the image changes, and what names it.\n`);
  expect(await sandbox.origin.refs()).toBe(refs);
});

test('with --json there is one document, with each object that changes', async () => {
  expect(JSON.parse((await diff('staging', '--json')).stdout)).toEqual({
    environment: 'staging',
    from: { tag: first, digest, revision: '' },
    to: await sandbox.origin.release(reordered, otherDigest),
    onlyImage: true,
    migrations: [],
    objects: [{ kind: 'Deployment', name: 'orders', change: 'changed', diff: imageChange() }],
  });
});

test('a first environment is compared with the newest release, whose digest nobody knows yet', async () => {
  const run = await diff('dev');
  expect(run.stderr).toBe(
    `No environment runs ${other}, so nothing here knows its digest: it is rendered without one.\n`,
  );
  expect(run.stdout).toContain(`+      priorityClassName: high\n`);
  expect(run.stdout).toMatch(new RegExp(`\ndev: ${reordered} → ${other}: 1 added, 1 changed, 1 removed\\.\n$`));
});

test('objects that come and go are shown whole, in the order of kind and name', async () => {
  const run = await diff('staging', '--to', other, '--json');
  const { objects } = JSON.parse(run.stdout) as { objects: object[] };
  expect(objects).toEqual([
    expect.objectContaining({ kind: 'Deployment', change: 'changed' }),
    {
      kind: 'Service',
      name: 'orders',
      change: 'removed',
      diff: `--- Service/orders
+++ /dev/null
@@ -1,7 +0,0 @@
-apiVersion: v1
-kind: Service
-metadata:
-  name: orders
-spec:
-  ports:
-    - port: 80
`,
    },
    {
      kind: 'ServiceAccount',
      name: 'orders',
      change: 'added',
      diff: `--- /dev/null
+++ ServiceAccount/orders
@@ -0,0 +1,4 @@
+apiVersion: v1
+kind: ServiceAccount
+metadata:
+  name: orders
`,
    },
  ]);
});

test('an environment that runs nothing gets everything', async () => {
  const { stdout } = await diff('production');
  expect(stdout).toContain('--- /dev/null\n+++ Deployment/orders\n@@ -0,0 +1,');
  expect(stdout).toMatch(new RegExp(`\nproduction: nothing → ${first}: 2 added\\.\n$`));
});

test('a release that runs already changes nothing, by whatever name it is called', async () => {
  const full = await sandbox.origin.git('rev-parse', first);
  expect(await diff('staging', '--to', full)).toEqual({
    status: 0,
    stdout: 'staging: nothing changes.\n',
    stderr: '',
  });
});

test('objects of which nothing but their labels change share one line; labels of pods are something else', async () => {
  const { origin } = sandbox;
  const labels = 'metadata:\n  name: {{ .Release.Name }}\n  labels:\n    release: {{ .Values.image.tag | quote }}\n';
  const plain = (kind: string) => `apiVersion: v1\nkind: ${kind}\n${labels}`;
  const pods = `apiVersion: v1\nkind: PodTemplate\n${labels}template:\n  ${labels.replaceAll('\n  ', '\n    ').replace(/: \{\{ \.Release.*/, ': pod')}`;
  const files = {
    [deploymentPath]: undefined,
    'helm-chart/templates/service.yaml': `${plain('Service')}spec:\n  ports:\n    - port: 80\n`,
    'helm-chart/templates/account.yaml': plain('ServiceAccount'),
    'helm-chart/templates/pods.yaml': pods,
  };
  const [before, after] = (await origin.commitAll(['Label', 'Change nothing'], files, 'labels')).map((sha) =>
    sha.slice(0, 8),
  );
  await origin.commit(
    'Run',
    { 'environments/staging/values.yaml': runningValues('staging', before ?? '', digest) },
    'labels',
  );
  const args = ['staging', '--branch', 'labels', '--to', after ?? ''];
  const { stdout } = await diff(...args);
  expect(stdout).toMatch(/^--- PodTemplate\/orders\n/);
  expect(stdout.match(/^---/gm)).toHaveLength(1);
  expect(stdout).toContain('\nOnly labels change (release): Service/orders, ServiceAccount/orders\n');
  const { objects } = JSON.parse((await diff(...args, '--json')).stdout) as {
    objects: { onlyLabels?: string[] }[];
  };
  expect(objects.map(({ onlyLabels }) => onlyLabels)).toEqual([undefined, ['release'], ['release']]);
});

test('--commits tells what lies between two environments, also while a rule refuses', async () => {
  const { origin } = sandbox;
  await origin.commit('Hold it', holds('staging'), 'held');
  const args = ['staging', '--branch', 'held', '--commits'];
  expect(await diff(...args)).toEqual({
    status: 0,
    stdout: expect.stringMatching(
      new RegExp(
        `^${reordered}  \\d+ d  Ada Developer <ada@example.com>  Say it better\nstaging: ${first} → ${reordered}: 1 commit\\.\n$`,
      ),
    ),
    stderr: '',
  });
  expect(JSON.parse((await diff(...args, '--json')).stdout)).toEqual({
    environment: 'staging',
    from: { tag: first, digest, revision: '' },
    to: await origin.release(reordered, otherDigest),
    commits: [
      {
        commit: await origin.git('rev-parse', reordered),
        author: 'Ada Developer <ada@example.com>',
        time: '2026-09-21T14:13:20.000Z',
        subject: 'Say it better',
      },
    ],
  });
  const same = await diff('staging', '--branch', 'held', '--commits', '--to', first);
  expect(same.stdout).toBe(`staging: ${first} → ${first}: 0 commits.\n`);
});

test('a checkout of a pipeline, with no history, shows the same', async () => {
  const shallow = await sandbox.clone({ asJob: true, address: `file://${sandbox.origin.directory}` });
  expect(await sandbox.gitops(shallow, ['diff', 'staging'])).toEqual(await diff('staging'));
});

test('what the terminal shows is coloured, unless it is told not to', async () => {
  const colours = { FORCE_COLOR: '1' };
  const run = await sandbox.gitops(checkout, ['diff', 'staging'], colours);
  expect(run.stdout).toContain(`\u001b[31m-    release: ${quoted(first)}\u001b[39m\n`);
  expect(run.stdout).toContain('\u001b[1m--- Deployment/orders\u001b[22m\n');
  const plain = await sandbox.gitops(checkout, ['diff', 'staging'], { NO_COLOR: '1' });
  expect(plain.stdout).toBe((await diff('staging')).stdout);
});

test("git's own settings do not change what is shown", async () => {
  const settings = '[diff]\n\tcontext = 0\n\texternal = false\n[color]\n\tui = always\n';
  const file = join(sandbox.folder, 'gitconfig');
  await writeFile(file, settings);
  const run = await sandbox.gitops(checkout, ['diff', 'staging'], { GIT_CONFIG_GLOBAL: file });
  expect(run.stdout).toBe((await diff('staging')).stdout);
});

test.each([
  {
    what: 'a tag that is none',
    args: ['staging', '--to', 'latest'],
    status: 2,
    stderr: `--to: "latest" is not the tag of a release.
Give a commit SHA of 7 to 40 lowercase hexadecimal digits, such as 3f9c1b2a.
`,
  },
  {
    what: 'a release that is none',
    args: ['staging', '--to', '0000000'],
    status: 3,
    stderr: `0000000 does not name exactly one commit of the branch.
A release is a commit of the branch that the deliveries go to: git log --oneline shows them.
`,
  },
  {
    what: 'an environment that is none',
    args: ['prod'],
    status: 2,
    stderr: `"prod" is not an environment of environments/flow.yaml.
Name one of: dev, staging, production.
`,
  },
])('$what is refused', async ({ args, status, stderr }) => {
  expect(await diff(...args)).toEqual({ status, stdout: '', stderr });
});

test('a release without a chart is named', async () => {
  const run = await diff('staging', '--to', bare);
  expect(run).toEqual({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining(`The release ${bare} has no chart at helm-chart.\n`),
  });
});

test('a source that runs nothing, and a rule that is not known, are told', async () => {
  const { origin } = sandbox;
  await origin.commit('Empty staging', { 'environments/staging/values.yaml': emptyValues('staging') }, 'empty');
  expect(await diff('production', '--branch', 'empty')).toMatchObject({ status: 3, stdout: '' });
  const rule = await origin.read(applicationSetPath);
  const clever = rule.replace("name: 'orders-{{ .file.path.basename }}'", 'name: "{{ .environment }}"');
  await origin.commit('Name them otherwise', { [applicationSetPath]: clever }, 'clever');
  expect(await diff('staging', '--branch', 'clever')).toEqual({
    status: 2,
    stdout: '',
    stderr: `${applicationSetPath}: "{{ .environment }}" is not a name that can be evaluated here.
Write it with no other expression than {{ .file.path.basename }}.
`,
  });
});

/** As YAML writes a tag: with quotes where it could be taken for a number. */
function quoted(tag: string): string {
  return stringify(tag, { version: '1.1' }).trimEnd();
}

function diff(...args: string[]): Promise<Run> {
  return sandbox.gitops(checkout, ['diff', ...args]);
}
