import { openArgo } from '../argocd/argocd.ts';
import { parseArgoSettings } from '../argocd/settings.ts';
import { openRemote, readTip, type Place } from '../branch/place.ts';
import { openCheckout, readIdentity } from '../git/checkout.ts';
import { push, unwell } from '../git/push.ts';
import { runHelm } from '../helm/program.ts';
import { parsePublishSettings } from '../registry/settings.ts';
import { Failure } from '../shell/failure.ts';
import { isBundled, typed } from '../shell/typed.ts';
import { isFilled } from '../shell/variables.ts';

/** Says what it has found to be fine, or throws a `Failure` that says what is wrong; each call has the milliseconds given. */
type Checks = Record<string, (place: Place, timeLimit: number) => Promise<string>>;

export type CheckName = keyof typeof checks;
export type Audience = keyof typeof audiences;

/** Milliseconds that a clock may be wrong by, and nobody's release is older or younger for it. */
const clockLimit = 60_000;

/** Every check by its name. */
export const checks = { node, git, identity, helm, remote, clock, gitlab, registry, argocd } satisfies Checks;

const local = ['node', 'git', 'identity', 'helm', 'remote', 'clock'] as const;

/** What each kind of place needs. */
export const audiences = {
  laptop: local,
  operator: [...local, 'argocd'],
  pipeline: [...local, 'gitlab', 'registry', 'argocd'],
} as const;

function node(): Promise<string> {
  const { version } = process;
  if (Number(process.versions.node.split('.')[0]) >= 26) return Promise.resolve(version);
  const hint = isBundled ? 'Install Node 26.' : 'Run it by npm, after npm ci: that brings Node 26.';
  throw new Failure('missing-program', `It is ${version}, and must be 26 or newer.`, hint);
}

async function git({ directory, env, signal }: Place): Promise<string> {
  const checkout = await openCheckout(directory, { env, signal });
  const history = checkout.objects === undefined ? 'a part of the history' : 'the whole history';
  return `${await checkout.git.read(['version'])}; ${checkout.directory} has ${history}`;
}

async function identity({ directory, env, signal }: Place): Promise<string> {
  return (await readIdentity(directory, env, signal)).committer;
}

async function helm({ signal }: Place): Promise<string> {
  const hint = isBundled ? 'Install Helm 4.' : 'Install Helm 4, or run npm ci again.';
  const explain = (words: string) => new Failure('missing-program', `Helm does not start: ${words}`, hint);
  return (await runHelm(['version', '--template', '{{ .Version }}'], { env: {}, signal, explain })).stdout;
}

/** Whether the branch can be read, and whether the server lets its caller push. */
async function remote(place: Place, callLimit: number): Promise<string> {
  await using scratch = await openRemote(place, { callLimit });
  const tip = await scratch.fetchTip(place.branch);
  const outcome = await push(scratch, tip, `refs/heads/${place.branch}`, '--dry-run');
  if (outcome.kind === 'unknown') throw unwell(scratch, 'failed a push that was a dry run', outcome.reason);
  return `${scratch.remote.address}: ${place.branch} is at ${tip.slice(0, 8)}, and a push is let in; a protected branch may refuse it still`;
}

/** Whether this machine's clock agrees with servers that tell the time, and the newest commit is not of the future. */
async function clock(place: Place, callLimit: number): Promise<string> {
  const commit = await readNewest(place, callLimit).catch(() => undefined);
  // As Argo CD's address is read elsewhere: https unless it says otherwise.
  const argo = (place.env.ARGOCD_SERVER ?? '').replace(/^(?=[^/]+$)/, 'https://');
  const servers = [commit?.address ?? '', argo].filter((address) => /^https?:/.test(address));
  const times = (await Promise.all(servers.map((address) => readTime(address, place.signal)))).flat();
  const now = place.now().getTime();
  const wrong = (what: string, hint = setClock) =>
    new Failure('machine-fault', `It is ${at(now)} here, but ${what}.`, hint);
  const other = times.find((time) => Math.abs(time - now) > clockLimit);
  if (other !== undefined) throw wrong(`${at(other)} at a server`);
  const advice = `${setClock} Where it is right already, the clock of who made that commit is wrong: nothing soaks until then.`;
  if (commit && commit.time - now > clockLimit)
    throw wrong(`the tip of ${place.branch} is of ${at(commit.time)}`, advice);
  return times.length > 0 ? 'agrees with the servers' : 'no server told the time';
}

const setClock = 'Set the clock: timedatectl set-ntp true.';

async function readNewest(place: Place, callLimit: number) {
  await using scratch = await openRemote(place, { callLimit });
  const tip = await readTip(scratch, place);
  const [newest] = await tip.describe(tip.commit);
  return { address: scratch.remote.address, time: newest?.time.getTime() ?? NaN };
}

/** The time that a server says it is, if it says one; whether it can be reached is for others to tell. */
async function readTime(address: string, signal: AbortSignal): Promise<number[]> {
  const answer = await fetch(address, { method: 'HEAD', redirect: 'manual', signal }).catch(() => undefined);
  const time = Date.parse(answer?.headers.get('date') ?? '');
  return Number.isNaN(time) ? [] : [time];
}

function at(time: number): string {
  return new Date(time).toISOString();
}

/** The settings of the GitLab project, as far as a job is told of them. */
function gitlab({ env, branch }: Place): Promise<string> {
  const { CI_JOB_TOKEN, GITOPS_PUSH_TOKEN, CI_COMMIT_BRANCH, CI_COMMIT_REF_PROTECTED } = env;
  if (!isFilled(CI_JOB_TOKEN)) {
    const hint = `Run it as a line of a job: ${typed('doctor', '--for', 'pipeline')}`;
    throw new Failure('missing-variable', 'This is no job of GitLab: CI_JOB_TOKEN is not set.', hint);
  }
  if (CI_COMMIT_BRANCH === branch && CI_COMMIT_REF_PROTECTED !== 'true')
    throw new Failure(
      'usage',
      `The branch ${branch} is not protected, so that no protected variable reaches its jobs.`,
      'Protect it: Settings → Repository → Protected branches; .gitlab/README.md says how.',
    );
  const pushes = isFilled(GITOPS_PUSH_TOKEN)
    ? 'GITOPS_PUSH_TOKEN'
    : "the job's own token, with the rights of whoever started the pipeline";
  return Promise.resolve(`jobs push by ${pushes}`);
}

async function registry({ env, signal }: Place, timeLimit: number): Promise<string> {
  const tag = '0'.repeat(8);
  const { registry: settings } = parsePublishSettings({ CI_COMMIT_SHORT_SHA: tag, ...env });
  // The SDK of AWS takes longer to load than most commands to run.
  const { openRegistry } = await import('../registry/open.ts');
  await openRegistry(settings, { signal, timeLimit }).findDigest(tag);
  return `${settings.host}/${settings.name} answers`;
}

async function argocd({ env, signal }: Place, timeLimit: number): Promise<string> {
  if (!isFilled(env.ARGOCD_SERVER) && isFilled(env.CI_JOB_TOKEN)) return 'ARGOCD_SERVER is not set: no job waits';
  const settings = parseArgoSettings(env);
  const answer = await openArgo(settings, { signal, timeLimit }).listApplications([]);
  if (answer.kind === 'found')
    return `${settings.address} answers, and the token may see ${answer.value.size} of its Applications`;
  const code = answer.kind === 'failed' ? 'argocd-unreachable' : 'argocd-refused';
  throw new Failure(code, answer.reason, 'environments/README.md says which address and which rights it needs.');
}
