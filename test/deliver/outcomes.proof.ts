import { afterAll, expect, test } from '@jest/globals';
import { overridable } from '../../scripts/release/flow.ts';
import type { Overridable } from '../../scripts/release/flow.ts';
import { exitCode, exits } from '../../scripts/shell/failure.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import { flow } from '../support/git/flow.ts';
import type { FlowRules } from '../support/git/flow.ts';
import { runningValues } from '../support/git/origin.ts';
import type { Files } from '../support/git/origin.ts';
import { digestOf, holds, runs } from '../support/git/runs.ts';

const now = Math.floor(Date.now() / 1000) * 1000;
const minute = 60_000;
const reason = 'CVE-2026-1234';

// One sandbox serves all, each history on a branch of its own.
const sandbox = await createSandbox();
const { origin } = sandbox;
origin.time = new Date(now - 200 * minute);
await origin.commit('Set the rules', flow({ staging: { auto: true } }));
const [older = '', newer = ''] = (await origin.commitAll(['Older', 'Newer'])).map((sha) => sha.slice(0, 8));
const beside = (await origin.commit('Try something', {}, 'beside')).slice(0, 8);
const ours = (await origin.commit('Go on')).slice(0, 8);
const checkout = await sandbox.clone();

afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

/** What happens on a branch. */
type Step = (branch: string) => Promise<unknown>;

interface Command {
  args: string[];
  env?: NodeJS.ProcessEnv;
}

/** What lets a command through that a rule refused. */
interface Way extends Partial<Command> {
  name: string;
  /** What happens instead of what led to the refusal. */
  steps?: Step[];
  /** What happens besides. */
  then?: Step[];
  override?: Overridable[];
  outcome?: 'changed' | 'proposed';
}

interface Outcome extends Command {
  code: string;
  name: string;
  steps: Step[];
  /** All of it, or what it has. */
  message: string | RegExp;
  hint: string;
  /** What is said before. */
  remark?: string;
  /** Whether only the server refuses it, which a dry run does not ask. */
  isOfServer?: boolean;
  /** Whether a dry run shows what would come nevertheless. */
  isShown?: boolean;
  /** Whether `advance` comes to the same. */
  isAutomatic?: boolean;
  /** Does it past the command. */
  forced?: Step;
  /** What the audit says of that, where it is something else. */
  found?: { rule?: string; message: string };
  ways: Way[];
}

const always = {};
const isLater = 'Run it again after that, or change the freeze in environments/flow.yaml.';
const promotion = { args: ['promote', 'staging'], isShown: true, isAutomatic: true };
const forced = () => promotes('staging', older);

/** Each refusal as a person meets it first, and all that leads past it. */
const outcomes: Outcome[] = [
  {
    ...promotion,
    code: 'held',
    name: 'an environment that is held',
    steps: [deploys(older), commits('hold(staging)', holds('staging'))],
    message: 'staging is held since 2026-09-21T10:00:00.000Z by ada: look into it',
    hint: 'When its reason is gone, run: npm run resume -- staging',
    forced: forced(),
    ways: [{ name: 'a resume', then: [resumes('staging')] }],
  },
  {
    ...promotion,
    code: 'source-held',
    name: 'a source that is held',
    steps: [deploys(older), commits('hold(dev)', holds('dev'))],
    message: 'dev is held since 2026-09-21T10:00:00.000Z by ada: look into it',
    hint: 'When its reason is gone, run: npm run resume -- dev',
    forced: forced(),
    ways: [{ name: 'a resume', then: [resumes('dev')] }],
  },
  {
    ...promotion,
    code: 'frozen',
    name: 'a freeze between two times',
    steps: [sets({ freeze: { environments: ['staging'] } }), deploys(older)],
    message: 'staging is frozen until 2999-01-01T00:00:00.000Z: stock-taking',
    hint: isLater,
    forced: forced(),
    ways: [
      { name: 'an end', then: [sets({})] },
      { name: 'an override', then: [sets(frozen(always, 'freeze'))], override: ['freeze'] },
      {
        name: 'an override, to be merged',
        then: [sets({ ...frozen(always), staging: { override: ['freeze'], via: 'merge-request' } })],
        override: ['freeze'],
        outcome: 'proposed',
      },
    ],
  },
  {
    ...promotion,
    code: 'frozen',
    name: 'a freeze of each week',
    steps: [sets(frozen(weekly(-1, 2))), deploys(older)],
    message: `staging is frozen until ${midnight(2).toISOString()}: stock-taking`,
    hint: isLater,
    forced: forced(),
    ways: [
      { name: 'a week that is over', steps: [sets(frozen(weekly(-3, -1))), deploys(older)] },
      { name: 'an override', then: [sets(frozen(weekly(-1, 2), 'freeze'))], override: ['freeze'] },
    ],
  },
  {
    ...promotion,
    code: 'not-soaked',
    name: 'a soak by release',
    steps: [sets(soaks('release')), deploys(older, 10)],
    message: `staging takes a release that has run in dev for 30m: ${older} not before ${instant(-20)}.`,
    hint: 'Run it again then.',
    forced: forced(),
    ways: [
      { name: 'time', steps: [sets(soaks('release')), deploys(older, 30)] },
      { name: 'an override', then: [sets(soaks('release', 'soak'))], override: ['soak'] },
    ],
  },
  {
    code: 'not-soaked',
    name: 'a soak by release that will not be over',
    args: ['promote', 'staging', '--release', older],
    isShown: true,
    steps: [sets(soaks('release')), deploys(older, 50), deploys(newer, 40)],
    message: `staging takes a release that has run in dev for 30m, and ${older} left it before that.`,
    hint: 'Promote another release: npm run status -- --candidates staging lists what may come.',
    forced: forced(),
    ways: [
      { name: 'another release', args: ['promote', 'staging'] },
      { name: 'a soak by descent', then: [sets(soaks('descent'))] },
      { name: 'an override', then: [sets(soaks('release', 'soak'))], override: ['soak'] },
    ],
  },
  {
    ...promotion,
    code: 'not-soaked',
    name: 'a soak by descent',
    steps: [sets(soaks('descent')), deploys(older, 12), deploys(newer, 6)],
    remark: `dev runs ${newer}, which will have soaked at ${instant(-24)}.\n`,
    message: `staging takes a release that has been in dev for 30m: ${older} not before ${instant(-18)}.`,
    hint: 'Run it again then.',
    forced: forced(),
    ways: [
      { name: 'time', steps: [sets(soaks('descent')), deploys(older, 30), deploys(newer, 10)] },
      { name: 'an override', then: [sets(soaks('descent', 'soak'))], override: ['soak'] },
    ],
  },
  {
    ...promotion,
    code: 'no-verdict',
    name: 'no verdict',
    steps: [sets(asks()), deploys(older)],
    message: `staging takes a release that was found healthy in dev, and ${older} has no such verdict.`,
    hint: 'npm run wait -- dev keeps the verdict on what runs there.',
    forced: forced(),
    ways: [
      { name: 'a verdict', then: [finds('healthy')] },
      { name: 'an override', then: [sets(asks('healthy'))], override: ['healthy'] },
    ],
  },
  {
    ...promotion,
    code: 'no-verdict',
    name: 'a verdict of failed',
    steps: [sets(asks()), deploys(older), finds('failed')],
    message: `staging takes a release that was found healthy in dev, and ${older} has no such verdict.`,
    hint: 'npm run wait -- dev keeps the verdict on what runs there.',
    forced: forced(),
    ways: [{ name: 'a later verdict', steps: [sets(asks()), deploys(older), finds('failed'), finds('healthy')] }],
  },
  {
    ...promotion,
    code: 'source-held',
    name: 'all of them at once',
    steps: [
      sets({ ...frozen(always), staging: { auto: true, soak: '30m' } }),
      deploys(older, 10),
      commits('hold(dev)', { ...holds('dev'), ...holds('staging') }),
    ],
    message: `dev is held since 2026-09-21T10:00:00.000Z by ada: look into it
staging takes a release that has run in dev for 30m: ${older} not before ${instant(-20)}.
staging is held since 2026-09-21T10:00:00.000Z by ada: look into it
staging is frozen until 2999-01-01T00:00:00.000Z: stock-taking`,
    hint: `When its reason is gone, run: npm run resume -- dev
Run it again then.
When its reason is gone, run: npm run resume -- staging
${isLater}`,
    forced: forced(),
    found: { message: 'dev is held since 2026-09-21T10:00:00.000Z by ada: look into it' },
    ways: [
      {
        name: 'resumes and an override',
        then: [
          sets({ ...frozen(always), staging: { auto: true, soak: '30m', override: ['soak', 'freeze'] } }),
          resumes('dev'),
          resumes('staging'),
        ],
        override: ['soak', 'freeze'],
      },
    ],
  },
  {
    code: 'taken-back',
    name: 'what the source went back from',
    args: ['promote', 'staging', '--release', newer],
    isShown: true,
    steps: [
      ...[deploys(older, 50), deploys(newer, 40)],
      commits(`rollback(dev): ${older}`, { ...runs({ dev: older }), ...holds('dev') }, 30),
      resumes('dev'),
    ],
    message: `dev went back from ${newer}, so it may not come to staging.`,
    hint: 'npm run history -- dev says why. Promote a later release, or deliver it to dev again.',
    forced: promotes('staging', newer),
    ways: [
      { name: 'its being delivered again', then: [deploys(newer)] },
      { name: 'what was gone back to', args: ['promote', 'staging'] },
    ],
  },
  {
    code: 'out-of-order',
    name: 'what the source has not run',
    args: ['promote', 'staging', '--release', newer],
    steps: [deploys(older)],
    message: 'staging takes only a release that dev has run.',
    hint: 'Run: npm run promote -- staging',
    forced: promotes('staging', newer),
    ways: [{ name: 'a deploy', then: [deploys(newer)] }],
  },
  {
    code: 'out-of-order',
    name: 'a deploy to what takes promotions',
    args: ['deploy', 'staging', '--tag', older, '--digest', digestOf(older)],
    steps: [],
    message: 'staging takes only a release that dev has run.',
    hint: 'Run: npm run promote -- staging',
    forced: commits(`deploy(staging): ${older}`, runs({ staging: older })),
    ways: [{ name: 'the first environment', args: ['deploy', 'dev', '--tag', older, '--digest', digestOf(older)] }],
  },
  {
    ...promotion,
    code: 'unrelated',
    name: 'what was built beside what runs',
    steps: [(branch) => origin.merge('beside', branch), commits('Set both', runs({ staging: ours, dev: beside }))],
    message: `staging runs ${ours}, and ${beside} does not descend from it.`,
    hint: 'Only a release that contains the one that runs can follow it: merge, and deliver the result.',
    forced: promotes('staging', beside),
    ways: [{ name: 'the merge of both', then: [releases()] }],
  },
  {
    ...promotion,
    code: 'other-digest',
    name: 'a second image of a release',
    steps: [
      deploys(older, 20),
      commits(`deploy(dev): ${older}`, {
        'environments/dev/values.yaml': runningValues('dev', older, digestOf('9')),
      }),
    ],
    message: `${older} ran with the image ${digestOf(older)} before, not with ${digestOf('9')}.`,
    hint: 'A release has one image: deliver a new commit, whose image has a tag of its own.',
    forced: commits(`promote(staging): ${older}`, {
      'environments/staging/values.yaml': runningValues('staging', older, digestOf('9')),
    }),
    ways: [{ name: 'another release', then: [deploys(newer)] }],
  },
  {
    ...promotion,
    code: 'nothing-to-promote',
    name: 'a source that has run nothing',
    isShown: false,
    steps: [],
    message: 'dev has run nothing yet.',
    hint: 'npm run status shows what runs where.',
    ways: [{ name: 'a deploy', then: [deploys(older)] }],
  },
  {
    code: 'not-overridable',
    name: 'an override that the flow does not name',
    args: ['promote', 'staging', '--release', older, '--override', 'soak,freeze', '--reason', reason],
    steps: [sets(soaks('release', 'freeze')), deploys(older, 10)],
    message: 'staging does not let soak be overridden.',
    hint: 'What may be overridden stands in environments/flow.yaml, as "override" of the environment.',
    forced: promotes('staging', older, `\n\nOverride: soak, freeze\nReason: ${reason}`),
    found: {
      rule: 'not-soaked',
      message: `staging takes a release that has run in dev for 30m: ${older} not before ${instant(-20)}.`,
    },
    ways: [{ name: 'a flow that does', then: [sets(soaks('release', 'soak'))], override: ['soak'] }],
  },
  {
    code: 'other-proposal',
    name: 'a branch that proposes something else',
    isOfServer: true,
    args: ['promote', 'staging'],
    steps: [
      sets({ staging: { via: 'merge-request' } }),
      deploys(newer),
      (branch) => origin.git('update-ref', `refs/heads/promote/staging/${newer}`, branch),
      () => origin.commit('Surprise', { 'README.md': '' }, `promote/staging/${newer}`),
    ],
    message: new RegExp(`^The branch promote/staging/${newer} proposes something else, by Ada Developer `),
    hint: `Look at it: git diff BRANCH...promote/staging/${newer}. To propose anew, delete it: git push origin --delete promote/staging/${newer}`,
    ways: [
      {
        name: 'its end',
        then: [() => origin.git('update-ref', '-d', `refs/heads/promote/staging/${newer}`)],
        outcome: 'proposed',
      },
    ],
  },
  {
    code: 'push-refused',
    name: 'a rule of the server',
    isOfServer: true,
    args: ['promote', 'staging'],
    steps: [
      deploys(older),
      (branch) =>
        origin.installHook('update', `[ "$1" != refs/heads/${branch} ] || { echo "Not on a Friday." >&2; exit 1; }`),
    ],
    message: /refused the push \(hook declined\):\s+remote: Not on a Friday\.\n/,
    hint: 'Check whose token it is, the rules of the protected branch, and the push rules of the project.',
    ways: [{ name: 'its end', then: [() => origin.installHook('update', '')] }],
  },
  {
    code: 'other-repository',
    name: 'an image that was pushed elsewhere',
    args: ['deploy', 'dev', '--tag', older, '--digest', digestOf(older)],
    env: { IMAGE_REPOSITORY: 'other.example.com/orders' },
    steps: [],
    message: 'The image was pushed to other.example.com/orders, but dev would pull from registry.example.com/orders.',
    hint: 'Set image.repository to other.example.com/orders in helm-chart/values.yaml, or in environments/dev/values.yaml.',
    ways: [{ name: 'one pushed there', env: { IMAGE_REPOSITORY: 'registry.example.com/orders' } }],
  },
  {
    code: 'nothing-to-wait-for',
    name: 'a wait where nothing runs',
    args: ['wait', 'dev'],
    env: { ARGOCD_SERVER: 'http://127.0.0.1:9', ARGOCD_AUTH_TOKEN: 'a-token' },
    steps: [],
    message: 'dev runs nothing yet.',
    hint: 'Deploy or promote a release to it first.',
    // What comes of a wait is no delivery.
    ways: [],
  },
  {
    code: 'never-ran',
    name: 'a rollback to what never ran',
    args: ['rollback', 'dev', '--to', newer, '--reason', reason],
    steps: [deploys(older)],
    message: `dev has never run ${newer}.`,
    hint: 'npm run history -- dev lists what it ran.',
    forced: commits(`rollback(dev): ${newer}`, { ...runs({ dev: newer }), ...holds('dev') }),
    ways: [{ name: 'what ran', args: ['rollback', 'dev', '--to', older, '--reason', reason], then: [deploys(newer)] }],
  },
  {
    code: 'nothing-to-roll-back',
    name: 'a rollback from the first release',
    args: ['rollback', 'dev', '--reason', reason],
    steps: [deploys(older)],
    message: `dev has run nothing before ${older}.`,
    hint: 'npm run history -- dev lists what it ran.',
    ways: [{ name: 'a second one', then: [deploys(newer)] }],
  },
];

test('each rule that refuses has its outcomes here, and each that may be overridden its override', () => {
  const refusing = Object.entries(exits).filter(([, exit]) => exit === exitCode.refused);
  expect(new Set(outcomes.map(({ code }) => code))).toEqual(new Set(refusing.map(([code]) => code)));
  const overridden = outcomes.flatMap(({ ways }) => ways.flatMap(({ override = [] }) => override));
  expect(new Set(overridden)).toEqual(new Set(overridable));
});

test.each(outcomes)(
  '$code: $name is refused, in words, as a document, by a dry run, and by the audit',
  async (outcome) => {
    const { code, args, env, steps, isOfServer = false, isShown = false, isAutomatic = false, remark = '' } = outcome;
    const branch = await play(steps);
    const refs = await origin.refs();
    const [document, words, advanced] = await Promise.all([
      gitops(branch, [...args, '--json'], env),
      // A dry run does not ask the server.
      gitops(branch, isOfServer ? args : [...args, '--dry-run'], env),
      isAutomatic ? gitops(branch, ['advance', '--json']) : undefined,
    ]);
    expect(document).toEqual({ status: 3, stdout: expect.any(String), stderr: remark });
    const { error } = JSON.parse(document.stdout) as { error: { message: string; hint: string } };
    const message = typeof outcome.message === 'string' ? outcome.message : expect.stringMatching(outcome.message);
    expect(error).toEqual({ code, message, hint: outcome.hint.replace('BRANCH', branch) });
    const told = `${error.message}\n${error.hint}\n`;
    const { stderr, ...rest } = words;
    expect(rest).toEqual({ status: 3, stdout: '' });
    expect([stderr.slice(0, remark.length), stderr.slice(-told.length)]).toEqual([remark, told]);
    const shown = stderr.slice(remark.length, -told.length);
    expect(shown).toMatch(isShown ? /^It would bring:\n\n\w{8} .*\n[^]*\nstaging: .*\n$/ : /^$/);
    if (advanced) {
      const refused = { environment: 'staging', kind: 'promote', outcome: 'refused', error };
      expect(advanced).toMatchObject({ status: 0, stderr: remark });
      expect(JSON.parse(advanced.stdout)).toEqual([refused]);
    }
    expect(await origin.refs()).toBe(refs);

    if (!outcome.forced) return;
    await outcome.forced(branch);
    const found = { rule: code, message: error.message, ...outcome.found };
    expect(await audit(branch)).toContainEqual(expect.objectContaining({ severity: 'breach', ...found }));
  },
);

const ways = outcomes.flatMap(({ ways, ...outcome }) =>
  ways.map((way) => ({ ...outcome, ...way, what: outcome.name })),
);

test.each(ways)('$code: $name leads past $what, as the dry run says, and the audit has no breach', async (way) => {
  const { steps, then = [], env, override = [], outcome = 'changed' } = way;
  const past = ['promote', 'staging', '--release', older, '--override', override.join(','), '--reason', reason];
  const args = override.length > 0 ? past : way.args;
  const branch = await play([...steps, ...then]);
  const before = await origin.tip(branch);
  const dry = await gitops(branch, [...args, '--dry-run', '--json'], env);
  expect(await origin.tip(branch)).toBe(before);
  const real = await gitops(branch, [...args, '--json'], env);
  const [would, does] = [dry, real].map(({ status, stdout }) => ({ status, ...(JSON.parse(stdout) as object) }));
  expect(does).toMatchObject({ status: 0, outcome, attempts: 1, commit: expect.stringMatching(/^[0-9a-f]{40}$/) });
  expect({ ...does, attempts: 0, commit: null }).toMatchObject({ ...would });

  if (outcome === 'proposed') await merge((does as { branch?: string }).branch ?? '', branch);
  const found = await audit(branch);
  expect(found.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual(override.map(() => 'notice overridden'));
  for (const [index, rule] of override.entries())
    expect(found[index]?.message).toMatch(new RegExp(`\n${rule} was overridden: ${reason}$`));
});

test.each([
  ['unchanged', older, `Nothing to do: staging runs ${older} already.\n`],
  ['superseded', newer, `Nothing to do: staging runs ${newer}, which is newer than ${older}.\n`],
])('what is %s is so whatever holds, freezes or is asked for', async (outcome, running, words) => {
  const rules = { ...frozen(always), staging: { soak: '30m', healthy: true } };
  const values = await origin.runningValues('staging', running, digestOf(running));
  const promoted = commits(`promote(staging): ${running}`, { 'environments/staging/values.yaml': values });
  const steps = [promoted, deploys(older), sets(rules)];
  const branch = await play([...steps, commits('hold(staging)', { ...holds('staging'), ...holds('dev') })]);
  const before = await origin.tip(branch);
  for (const options of [[], ['--dry-run']]) {
    const [text, json] = await Promise.all([
      gitops(branch, ['promote', 'staging', ...options]),
      gitops(branch, ['promote', 'staging', '--json', ...options]),
    ]);
    expect(text).toEqual({ status: 0, stdout: words, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({
      outcome,
      from: { tag: running },
      to: { tag: older },
      commit: null,
    });
  }
  expect(await origin.tip(branch)).toBe(before);
});

let branches = 0;

/** Plays steps on a branch of their own. */
async function play(steps: readonly Step[]): Promise<string> {
  const branch = `history-${(branches += 1)}`;
  // The same steps elsewhere are no same commits.
  await commits(`Begin ${branch}`, {}, 190)(branch);
  for (const step of steps) await step(branch);
  return branch;
}

function commits(title: string, files: Files, minutes = 2): Step {
  return (branch) => {
    origin.time = new Date(now - minutes * minute);
    return origin.commit(title, files, branch);
  };
}

function deploys(tag: string, minutes = 5): Step {
  return commits(`deploy(dev): ${tag}`, runs({ dev: tag }), minutes);
}

function promotes(environment: string, tag: string, facts = ''): Step {
  return commits(`promote(${environment}): ${tag}${facts}`, runs({ [environment]: tag }), 1);
}

function resumes(environment: string): Step {
  return commits(`resume(${environment})`, { [`environments/${environment}/hold.yaml`]: undefined });
}

function releases(): Step {
  return async (branch) => deploys((await origin.commit('Contain both', {}, branch)).slice(0, 8))(branch);
}

/** Adds a verdict to the note on the last commit. */
function finds(state: 'healthy' | 'failed'): Step {
  const note = `Verdict: ${state}\nEnvironment: dev\nSince: ${instant(3)}\n`;
  return (branch) => origin.git('notes', '--ref=deliveries', 'append', '-m', note, branch);
}

function sets({ staging, ...rules }: FlowRules): Step {
  return commits('Set the rules', flow({ ...rules, staging: { auto: true, ...staging } }), 100);
}

function soaks(by: 'release' | 'descent', ...override: Overridable[]): FlowRules {
  return { staging: { soak: { for: '30m', by }, override } };
}

function asks(...override: Overridable[]): FlowRules {
  return { staging: { healthy: true, override } };
}

function frozen(when: object, ...override: Overridable[]): FlowRules {
  return { staging: { override }, freeze: { environments: ['staging'], ...when } };
}

/** A freeze of each week from one midnight to another, in days from today. */
function weekly(from: number, to: number) {
  const [first, last] = [from, to].map((days) => `${midnight(days).toUTCString().slice(0, 3)} 00:00`);
  return { every: { from: first ?? '', to: last ?? '', zone: 'UTC' } };
}

function midnight(days: number): Date {
  return new Date((Math.floor(now / 86_400_000) + days) * 86_400_000);
}

function instant(minutes: number): string {
  return new Date(now - minutes * minute).toISOString();
}

/** Merges a proposal as somebody else, as GitLab's server does. */
async function merge(proposal: string, branch: string): Promise<void> {
  origin.time = new Date();
  await origin.merge(proposal, branch);
  await origin.git('update-ref', '-d', `refs/heads/${proposal}`);
}

interface Finding {
  severity: string;
  commit: string;
  rule: string;
  message: string;
}

/** What the audit finds of the last commit. */
async function audit(branch: string): Promise<Finding[]> {
  const { stdout } = await gitops(branch, ['audit', '--json']);
  const tip = await origin.tip(branch);
  return (JSON.parse(stdout) as Finding[]).filter(({ commit }) => commit === tip);
}

function gitops(branch: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return sandbox.gitops(checkout, [...args, '--branch', branch], env);
}
