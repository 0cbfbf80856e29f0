import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { review } from '../../scripts/look/review.ts';
import { holdPath } from '../../scripts/release/hold.ts';
import { valuesPath } from '../../scripts/release/values.ts';
import { plainOf } from '../../scripts/shell/screen.ts';
import { createOperator } from '../support/command/operator.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';
import { flow } from '../support/git/flow.ts';
import { git } from '../support/git/git.ts';
import { emptyValues } from '../support/git/origin.ts';
import type { Files, Origin } from '../support/git/origin.ts';
import { holds, runs } from '../support/git/runs.ts';

// One sandbox serves all: nothing is written, and each case has branches of its own.
let sandbox: Sandbox;
let origin: Origin;
let checkout: string;
let [older, newer] = ['', ''];
const rules = { production: { soak: '1h', via: 'merge-request' as const } };

beforeAll(async () => {
  sandbox = await createSandbox();
  ({ origin } = sandbox);
  origin.time = at('10:00');
  await origin.commit('Set the rules', flow(rules));
  [older = '', newer = ''] = (await origin.commitAll(['Older', 'Newer'])).map((sha) => sha.slice(0, 8));
  await origin.commit(`deploy(dev): ${older}`, runs({ dev: older }));
  await origin.commit(`promote(staging): ${older}`, runs({ staging: older }));
  checkout = await sandbox.clone();
});

afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

interface Case {
  name: string;
  /** What comes to the branch after the proposal, before it is reviewed at 12:00. */
  meanwhile?: () => Files;
  proposed: () => Files;
  title?: () => string;
  onlyEnvironments?: boolean;
  /** Each as `severity environment rule`. */
  found: string[];
}

const promotion = {
  proposed: () => runs({ production: older }),
  title: () => `promote(production): ${older}`,
};

test.each<Case>([
  { name: 'a promotion that may come', ...promotion, onlyEnvironments: true, found: [] },
  {
    name: 'a promotion to an environment that was held meanwhile',
    ...promotion,
    meanwhile: () => holds('production'),
    found: ['breach production held'],
  },
  {
    name: 'a promotion to an environment that was frozen meanwhile',
    ...promotion,
    meanwhile: () => flow({ ...rules, freeze: { environments: ['production'] } }),
    found: ['breach production frozen'],
  },
  {
    name: 'a promotion whose soak was made longer meanwhile',
    ...promotion,
    meanwhile: () => flow({ production: { ...rules.production, soak: '5h' } }),
    found: ['breach production not-soaked'],
  },
  {
    name: 'a promotion of what its source never ran',
    proposed: () => runs({ production: newer }),
    title: () => `promote(production): ${newer}`,
    found: ['breach production out-of-order'],
  },
  {
    name: 'an edit',
    proposed: () => edited('staging'),
    found: ['notice staging edited'],
  },
  {
    name: 'an edit of what is held',
    meanwhile: () => holds('staging'),
    proposed: () => edited('staging'),
    found: ['breach staging edited-while-held'],
  },
  {
    name: 'a rule made looser',
    proposed: () => flow({ production: { via: 'merge-request' } }),
    found: ['notice production loosened'],
  },
  { name: 'code', proposed: () => ({ 'src/main.ts': 'console.log(2);\n' }), found: [] },
  {
    name: 'code that is called a delivery',
    title: () => `deploy(dev): ${newer}`,
    proposed: () => ({ ...runs({ dev: newer }), 'src/main.ts': 'console.log(2);\n' }),
    onlyEnvironments: true,
    found: ['breach * code'],
  },
])('$name is judged as it would be merged now', async ({ meanwhile, proposed, title, ...expected }) => {
  const { onlyEnvironments = false, found } = expected;
  const name = `case-${String((cases += 1))}`;
  origin.time = at('11:30');
  await origin.commit('Begin', {}, `${name}-main`);
  await origin.git('branch', name, `${name}-main`);
  await origin.commit(title?.() ?? 'Change it', proposed(), name);
  origin.time = at('11:45');
  if (meanwhile) await origin.commit('Decide otherwise', meanwhile(), `${name}-main`);

  const { document, exitCode } = await reviewAt(name, { branch: `${name}-main`, onlyEnvironments });
  expect(summarize(document)).toEqual(found);
  expect(exitCode).toBe(found.some((one) => one.startsWith('breach')) ? 3 : 0);
});

test('what was pushed to the branch is judged from where it was before, by whatever name it ends', async () => {
  origin.time = at('11:00');
  await origin.commit('Begin', {}, 'pushed');
  const before = await origin.tip('pushed');
  await origin.commit('Change the code', { 'src/main.ts': 'console.log(3);\n' }, 'pushed');
  await origin.commit(`promote(production): ${older}`, runs({ production: older }), 'pushed');
  const options = { branch: 'pushed', onlyEnvironments: true };
  const alone = await reviewAt('pushed', options);
  expect([alone.exitCode, summarize(alone.document)]).toEqual([0, ['notice production self-merged']]);
  const all = await reviewAt('pushed', { ...options, env: { CI_COMMIT_BEFORE_SHA: before } });
  expect([all.exitCode, summarize(all.document)]).toEqual([3, ['breach * code', 'notice production self-merged']]);
  expect(all.text).toContain(
    'It is called as a delivery is, and changes src, which would be neither checked nor built.',
  );
});

test('in a pipeline for merged results it judges what was proposed, and not the merge of the server', async () => {
  origin.time = at('11:00');
  await origin.commit(`promote(production): ${older}`, runs({ production: older }), 'promoted');
  await origin.commit('Go on', { 'src/more.ts': '' }, 'target');
  await origin.git('branch', 'result', 'target');
  await origin.merge('promoted', 'result');
  const env = { CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: await origin.tip('promoted') };
  const { document, exitCode } = await reviewAt('result', { branch: 'target', env, onlyEnvironments: true });
  expect([exitCode, summarize(document)]).toEqual([0, []]);
});

test('what does not merge is refused with the files that conflict', async () => {
  origin.time = at('11:00');
  await origin.commit('Begin', {}, 'ahead');
  await origin.git('branch', 'conflicting', 'ahead');
  await origin.commit('Write two', edited('dev', 2), 'ahead');
  await origin.commit('Write three', edited('dev', 3), 'conflicting');
  await expect(reviewAt('conflicting', { branch: 'ahead' })).rejects.toMatchObject({
    code: 'conflict',
    message: 'The checkout does not merge into ahead: both changed environments/dev/values.yaml.',
  });
});

test('a checkout whose history is cut short is refused with how to get the rest', async () => {
  const shallow = await sandbox.clone({ asJob: true });
  const { status, stderr } = await sandbox.gitops(shallow, ['review']);
  expect(status).toBe(2);
  expect(stderr).toContain('Fetch it: git fetch --unshallow, or GIT_DEPTH: 0 in GitLab CI.');
});

const migration = `apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-migrate
  annotations: { helm.sh/hook: "pre-install,pre-upgrade" }
`;

test('each environment is told of: at once, by its rules, later with the release, or not at all', async () => {
  origin.time = at('11:00');
  const changed = {
    ...edited('staging'),
    ...runs({ production: older }),
    ...flow({ ...rules, staging: { soak: '2h' } }),
    'helm-chart/templates/migration.yaml': migration,
  };
  await origin.commit('Change all', changed, 'all');
  const { text, document } = await reviewAt('all', { branch: 'main' });
  const lines = plainOf(text).split('\n');
  expect(lines.slice(lines.indexOf('dev, later, with the release: 1 added.'))).toEqual([
    'dev, later, with the release: 1 added.',
    'This release migrates: dev-migrate runs before its pods start.',
    'staging: 1 changed.',
    'staging: its rules change: soak.',
    'staging, later, with the release: 1 added.',
    'This release migrates: staging-migrate runs before its pods start.',
    `production: nothing → ${older}: 1 added.`,
    'production, later, with the release: 1 added.',
    'This release migrates: production-migrate runs before its pods start.',
    '',
    'notice: production: edited',
    '  production: image.tag, image.digest changed by hand.',
    '',
    'notice: staging: edited',
    '  staging: replicas changed by hand.',
    '',
    'The rules allow it.',
  ]);
  expect(lines.slice(0, 2)).toEqual(['dev, later, with the release', '--- /dev/null']);
  expect(document).toMatchObject({
    branch: 'main',
    allowed: true,
    environments: [
      { environment: 'dev', rules: [], now: null, later: { objects: [{ kind: 'Job', change: 'added' }] } },
      { environment: 'staging', rules: ['soak'], now: { objects: [{ kind: 'Deployment' }] } },
      { environment: 'production', rules: [], now: { from: { tag: '' }, to: { tag: older } } },
    ],
  });
});

test('what changes no manifest is said to change nothing', async () => {
  origin.time = at('11:00');
  await origin.commit('Change the code', { 'src/main.ts': 'console.log(9);\n' }, 'quiet');
  expect((await reviewAt('quiet', { branch: 'main' })).text).toBe(
    'dev: nothing changes.\nstaging: nothing changes.\nproduction: nothing changes.\n\nThe rules allow it.',
  );
});

test('values that do not render with the release that runs end with 2, and with what Helm says', async () => {
  origin.time = at('11:00');
  const strictChart = {
    'helm-chart/values.schema.json': '{ "properties": { "replicas": { "type": "string" } } }',
  };
  await origin.commit('Be strict', strictChart, 'strict');
  const strict = (await origin.tip('strict')).slice(0, 8);
  await origin.commit('Run it', runs({ dev: strict }), 'strict');
  const { text, exitCode } = await reviewAt('strict', { branch: 'main' });
  expect(exitCode).toBe(2);
  expect(text).toContain('dev: what the cluster would see cannot be shown: Helm');
});

test('as Markdown the differences open by a click, and a text of others is shown letter by letter', async () => {
  origin.time = at('11:00');
  const path = holdPath('staging');
  const hold = 'reason: "ask @all, `rm` it, Closes #12"\nby: ada\nsince: 2026-09-21T10:00:00Z\n';
  await origin.commit('Hold it', { [path]: hold }, 'held');
  await origin.git('branch', 'edit', 'held');
  await origin.commit('Edit it', edited('staging', '"a```"'), 'edit');
  const { text } = await reviewAt('edit', { branch: 'held', markdown: true });
  expect(text).toMatch(/^\*\*The rules refuse it\.\*\*\n\n- dev: nothing changes\.\n- staging: 1 changed\.\n/);
  expect(text).toContain(
    '- breach: staging: edited-while-held\n    `` staging: replicas changed by hand, while it was held by ada: ask @all, `rm` it, Closes #12 ``\n',
  );
  expect(text).toMatch(
    /\n<details>\n<summary>staging, at once<\/summary>\n\n````diff\n(.*\n)*\+ {2}replicas: a```\n(.*\n)*````\n\n<\/details>$/,
  );
});

let cases = 0;

async function reviewAt(
  head: string,
  {
    branch,
    onlyEnvironments = false,
    markdown = false,
    env,
  }: { branch: string; onlyEnvironments?: boolean; markdown?: boolean; env?: Record<string, string> },
) {
  await git(checkout, ['fetch', '--quiet', 'origin', head]);
  await git(checkout, ['checkout', '--quiet', '--detach', 'FETCH_HEAD']);
  const operator = createOperator(sandbox, checkout, { branch, now: () => at('12:00') });
  return review({ ...operator, env: { ...operator.env, ...env } }, { onlyEnvironments, markdown });
}

function summarize(document: unknown): string[] {
  const { findings } = document as { findings: { severity: string; environment: string; rule: string }[] };
  return findings.map(({ severity, environment, rule }) => `${severity} ${environment} ${rule}`);
}

function edited(environment: string, replicas: number | string = 2): Files {
  const path = valuesPath(environment);
  const values = String(runs({ [environment]: older })[path] ?? emptyValues(environment));
  return { [path]: values.replace('replicas: 1', `replicas: ${replicas}`) };
}

function at(time: string): Date {
  return new Date(`2026-09-22T${time}:00Z`);
}
