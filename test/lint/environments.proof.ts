import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import { write } from '../../scripts/shell/contents.ts';
import { Checkout } from '../support/command/checkout.ts';
import { git } from '../support/git/git.ts';

// As people write them: comments, empty lines, and what all projects have in one place.
const flow = `# The order.
environments:
  - name: dev # the pipeline deploys here

  # Where the testers are.
  - name: staging
    from: dev # for now
    soak: { for: 30m, by: descent }
  - { name: production, from: "staging", soak: 24h }

# Once a year.
freezes:
  - environments: [staging]
    from: 2026-12-23T00:00:00Z
    to: 2027-01-02T00:00:00Z
    reason: end of year
`;
const project = (name: string, repositories: string) => `  - metadata: { name: orders-${name} }
    spec:
      sourceRepos: ${repositories}
      # No other.
      destinations:
        - name: in-cluster
          namespace: orders-${name}
      clusterResourceWhitelist:
        - group: ""
          kind: Namespace
          name: orders-${name}
`;
const projects = `items:
${project('dev', '&all\n        - https://gitlab.example.com/group/orders.git')}
# The others.
${project('staging', '*all')}
${project('production', '*all')}`;

let checkout: Checkout;
let before: string;

beforeEach(async () => {
  checkout = await Checkout.create();
  await writeFile(checkout.at('environments/flow.yaml'), flow);
  await writeFile(checkout.at('environments/argocd/projects.yaml'), projects);
  before = await checkout.tree();
});

afterEach(async () => {
  await checkout[Symbol.asyncDispose]();
});

test('an environment comes between two others, with all that it needs, and goes without a trace', async () => {
  expect(await environments('add', 'preview', '--after', 'dev', '--cluster', 'eu-1')).toEqual({
    status: 0,
    stdout: `Changed:
  environments/preview/values.yaml
  environments/flow.yaml
  environments/argocd/projects.yaml
  .gitlab-ci.yml
staging takes from preview now.
Commit it: git add --all && git commit --message "Add the environment preview"
When it is merged:
  kubectl apply --filename environments/argocd/projects.yaml
  npm run promote -- preview
`,
    stderr: '',
  });
  const added = '  - name: preview\n    from: dev\n';
  expect(await readFile(checkout.at('environments/flow.yaml'), 'utf8')).toBe(
    flow.replace('deploys here\n', `deploys here\n${added}`).replace('from: dev # for', 'from: preview # for'),
  );
  const own = project('preview', '*all').replace('in-cluster', 'eu-1');
  expect(await readFile(checkout.at('environments/argocd/projects.yaml'), 'utf8')).toBe(
    projects.replace('\n# The others.', `\n${own}\n# The others.`),
  );
  expect(await readFile(checkout.at('environments/preview/values.yaml'), 'utf8')).toBe(
    'environment: preview\ncluster: eu-1\n\nimage:\n' +
      '  # The release that runs here: written by deliveries, empty until the first one.\n' +
      '  tag: ""\n  digest: ""\n  revision: ""\n',
  );
  const diff = await git(checkout.folder, ['diff', '--unified=0', '--', '.gitlab-ci.yml']);
  expect(diff.split('\n').filter((line) => /^[-+](?![-+])./.test(line))).toEqual([
    '-    options: ["", dev, staging, production] # in the order of the flow',
    '+    options: ["", dev, preview, staging, production] # in the order of the flow',
    '+wait:preview:',
    '+  extends: .wait',
    '+  needs:',
    '+    - job: promote:preview',
    '+      optional: true',
    '+    - job: advance',
    '+      optional: true',
    '+  environment:',
    '+    name: preview',
    '-  manual_confirmation: Promote to staging what runs in dev now?',
    '+  manual_confirmation: Promote to staging what runs in preview now?',
    '+promote:preview:',
    '+  extends: .promote',
    '+  manual_confirmation: Promote to preview what runs in dev now?',
    '+  environment:',
    '+    name: preview',
  ]);
  expect(await checkout.lint()).toMatchObject({ status: 0, stderr: '' });

  await checkout.commit();
  const { status, stdout } = await environments('remove', 'preview');
  expect([status, stdout]).toEqual([0, expect.stringContaining('staging takes from dev now.\n')]);
  expect(stdout).toContain('  kubectl delete namespace orders-preview\n');
  expect(await checkout.tree()).toBe(before);
}, 90_000);

test('one that comes last, and has a name that YAML can take for false, goes without a trace too', async () => {
  expect(await environments('add', 'off', '--after', 'production')).toMatchObject({ status: 0, stderr: '' });
  await checkout.commit();
  expect(await environments('remove', 'off')).toMatchObject({ status: 0, stderr: '' });
  expect(await checkout.tree()).toBe(before);
}, 90_000);

test.each([
  {
    what: 'a name that is taken',
    args: ['add', 'staging', '--after', 'dev'],
    stderr: 'environments/staging is there already.\nChoose another name.\n',
  },
  {
    what: 'a name that is no label of DNS',
    args: ['add', 'Pre_View', '--after', 'dev'],
    stderr: 'The name "Pre_View" must be lowercase letters, digits and dashes.\nChoose another name.\n',
  },
  {
    what: 'a place that is not there',
    args: ['add', 'preview', '--after', 'qa'],
    stderr: '"qa" is not an environment of environments/flow.yaml.\nName one of: dev, staging, production.\n',
  },
  {
    what: 'the environment that the pipeline deploys to',
    args: ['remove', 'dev'],
    stderr:
      'dev is where the pipeline deploys.\n' +
      'Let it deploy to another one first, in environments/flow.yaml and in the job deploy of .gitlab-ci.yml.\n',
  },
  {
    what: 'one that a rule names still',
    args: ['remove', 'staging'],
    stderr:
      'environments/flow.yaml:8: freezes.0.environments.0: staging is not an environment of this flow\n' +
      'environments/README.md says what the flow may hold.\n',
  },
])('$what is refused, and nothing changes', async ({ args, stderr }) => {
  expect(await environments(...args)).toEqual({ status: 2, stdout: '', stderr });
  expect(await git(checkout.folder, ['status', '--porcelain'])).toBe('');
});

test('one that is held stays', async () => {
  const hold = 'reason: load test\nby: grace\nsince: 2026-11-24T10:00:00Z\n';
  await writeFile(checkout.at('environments/production/hold.yaml'), hold);
  await checkout.commit();
  expect(await environments('remove', 'production')).toEqual({
    status: 3,
    stdout: '',
    stderr: 'production is held by grace: load test\nTo end that: npm run resume -- production; then git pull.\n',
  });
});

test('a checkout with changes is left alone', async () => {
  await writeFile(checkout.at('environments/dev/extra.txt'), '');
  const { status, stderr } = await environments('remove', 'production');
  expect([status, stderr]).toEqual([2, expect.stringContaining('has changes that are not committed.\n')]);
});

test('where a file cannot be written, those that were are as before', async () => {
  const contents = new Map([
    ['environments/qa/values.yaml', 'environment: qa\n'],
    ['environments/production/values.yaml', undefined],
    ['environments/flow.yaml', '# none\n'],
    ['package.json/is-a-file.yaml', ''],
  ]);
  await expect(write(checkout.folder, contents)).rejects.toThrow('package.json');
  expect(await git(checkout.folder, ['status', '--porcelain'])).toBe('');
});

function environments(...args: readonly string[]) {
  return checkout.run(['scripts/environments.ts', ...args]);
}
