import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { serveGit } from '../support/git/server.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';
import { takeSnapshot } from '../support/git/snapshot.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const valuesPath = 'environments/dev/values.yaml';
const pushToken = 'glpat-push/token+of=the:project';
const jobToken = 'glcbt-job-token';
const password = 'p@ss/w:rd+%20';
const users = { oauth2: pushToken, 'gitlab-ci-token': jobToken, ada: password };

interface Credential {
  name: string;
  /** Who the server sees. */
  user: keyof typeof users;
  env?: NodeJS.ProcessEnv;
  /** What the checkout's address of the remote holds, as a runner leaves it. */
  inAddress?: string;
  /** What a rule of the checkout's configuration puts into the address, as newer runners do. */
  inRule?: string;
  /** The same, in the configuration of the user. */
  inUsersRule?: string;
  /** A header that the checkout's configuration holds, as other runners leave it. */
  header?: string;
}

const credentials: Credential[] = [
  { name: 'GITOPS_PUSH_TOKEN', user: 'oauth2', env: { GITOPS_PUSH_TOKEN: pushToken } },
  { name: 'CI_JOB_TOKEN', user: 'gitlab-ci-token', env: { CI_JOB_TOKEN: jobToken } },
  {
    name: 'GITOPS_PUSH_TOKEN before all others',
    user: 'oauth2',
    env: { GITOPS_PUSH_TOKEN: pushToken, CI_JOB_TOKEN: 'expired' },
    inAddress: 'gitlab-ci-token:expired',
    inRule: 'gitlab-ci-token:expired',
    header: 'Authorization: Basic ZXhwaXJlZDpleHBpcmVk',
  },
  {
    name: 'CI_JOB_TOKEN where GITOPS_PUSH_TOKEN is empty',
    user: 'gitlab-ci-token',
    env: { GITOPS_PUSH_TOKEN: '', CI_JOB_TOKEN: jobToken },
  },
  {
    name: "a password in the remote's address",
    user: 'ada',
    inAddress: `ada:${encodeURIComponent(password)}`,
  },
  {
    name: 'a password in a rule that rewrites the address',
    user: 'gitlab-ci-token',
    inRule: `gitlab-ci-token:${jobToken}`,
  },
  {
    name: "a password in a rule of the user's that rewrites the address",
    user: 'ada',
    inUsersRule: `ada:${encodeURIComponent(password)}`,
  },
  {
    name: "GITOPS_PUSH_TOKEN before such a rule of the user's",
    user: 'oauth2',
    env: { GITOPS_PUSH_TOKEN: pushToken },
    inUsersRule: 'ada:forgotten',
  },
  {
    name: 'a header in the configuration',
    user: 'ada',
    header: `Authorization: Basic ${basic('ada', password)}`,
  },
];

test.each(credentials)('$name opens the server, and is seen nowhere', async ({ user, ...credential }) => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  await using server = await serveGit({ directory: origin.directory, users });
  const { tag, run, seen } = await deploy(sandbox, server.address, credential);

  expect(run).toEqual({
    status: 0,
    stdout: `dev is to run ${tag} instead of nothing, by commit ${await origin.tip()}.\nTo know when it is live: npm run wait -- dev\n`,
    stderr: '',
  });
  expect(await origin.read(valuesPath)).toBe(await origin.runningValues('dev', tag, digest));
  expect(new Set(server.visitors)).toEqual(new Set([user]));
  expect(await seen()).toEqual([]);
  expect(await sandbox.leftovers()).toEqual([]);
});

test.each([
  { name: 'a token', env: { GITOPS_PUSH_TOKEN: 'glpat-of-another-project' } },
  { name: "a password in the remote's address", inAddress: 'ada:forgotten%2Fpassword' },
  { name: 'no credential at all' },
])('a server that does not accept $name is named, with no secret', async (credential) => {
  await using sandbox = await createSandbox();
  await using server = await serveGit({ directory: sandbox.origin.directory, users });
  const { run, seen } = await deploy(sandbox, server.address, credential);

  expect(run).toEqual({
    status: 5,
    stdout: '',
    stderr: `${server.address} could not be reached: fatal: could not read Username for 'http://${server.host}': terminal prompts disabled
Try git ls-remote by hand; in CI, check the token and its rights.
`,
  });
  expect(await seen()).toEqual([]);
});

/** Deploys a release with a credential, and looks for its secrets in all that is left of that. */
async function deploy(
  sandbox: Sandbox,
  address: string,
  { env = {}, inAddress, inRule, inUsersRule, header }: Omit<Credential, 'name' | 'user'>,
) {
  const tag = (await sandbox.origin.commit('Add a thing')).slice(0, 8);
  const withCredential = inAddress === undefined ? address : address.replace('//', `//${inAddress}@`);
  const checkout = await sandbox.clone({ asJob: true, address: withCredential });
  if (inRule !== undefined) {
    const include = join(sandbox.folder, 'runner.conf');
    await writeFile(include, writeRule(address, inRule));
    await sandbox.configure(checkout, { 'include.path': include });
  }
  if (inUsersRule !== undefined) {
    await writeFile(join(sandbox.folder, 'home/.gitconfig'), writeRule(address, inUsersRule));
  }
  if (header !== undefined) await sandbox.configure(checkout, { 'http.extraHeader': header });
  const trace = join(sandbox.folder, 'trace');
  const before = await takeSnapshot(sandbox.folder);
  const run = await sandbox.gitops(checkout, ['deploy', 'dev', '--tag', tag, '--digest', digest], {
    ...env,
    GIT_TRACE: trace,
    GIT_TRACE_CURL: trace,
  });
  const passwords = [inAddress, inRule, inUsersRule].map((credential) => credential?.split(':')[1]);
  const given = [env.GITOPS_PUSH_TOKEN, env.CI_JOB_TOKEN, ...passwords, header?.split(' ').at(-1)];
  const secrets = given.flatMap((secret) => (secret ? writeAll(secret) : []));
  return {
    tag,
    run,
    /** Where a secret is: the trace of every call of git, the output, the files that are new or have changed. */
    seen: async () => {
      expect(await readFile(trace, 'utf8')).toContain('git-remote-http origin');
      const places = { ...(await takeSnapshot(sandbox.folder)), output: run.stdout + run.stderr };
      return Object.entries(places)
        .filter(([path, content]) => content !== before[path] && secrets.some((secret) => content.includes(secret)))
        .map(([path]) => path);
    },
  };
}

/** A rule of git's configuration that puts a credential into the addresses of a server. */
function writeRule(address: string, credential: string): string {
  const { origin: server } = new URL(address);
  return `[url "${server.replace('//', `//${credential}@`)}"]\n\tinsteadOf = ${server}\n`;
}

/** A secret in each way in which it could be seen. */
function writeAll(secret: string): string[] {
  const texts = [secret, decodeURIComponent(secret), encodeURIComponent(secret)];
  return [...texts, ...texts.flatMap((text) => Object.keys(users).map((user) => basic(user, text)))];
}

function basic(user: string, secret: string): string {
  return Buffer.from(`${user}:${secret}`).toString('base64');
}
