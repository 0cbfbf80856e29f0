import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { delivered, deployRelease, digest } from '../support/command/delivery.ts';
import { installRivals } from '../support/command/rivals.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';
import { run } from '../support/process/run.ts';

/** What a checkout signs with, and what git needs to prove it. */
interface Signer {
  settings: Record<string, string>;
  proof: string[];
}

const signers: { name: string; create: (sandbox: Sandbox, checkout: string) => Promise<Signer> }[] = [
  {
    name: 'SSH, by a key at a relative path',
    create: async ({ folder }, checkout) => {
      await execute('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(checkout, 'key')]);
      const allowed = join(folder, 'allowed');
      await writeFile(allowed, `grace@example.com ${await readFile(join(checkout, 'key.pub'), 'utf8')}`);
      return {
        settings: { 'gpg.format': 'ssh', 'user.signingKey': './key.pub' },
        proof: ['-c', `gpg.ssh.allowedSignersFile=${allowed}`],
      };
    },
  },
  {
    name: 'OpenPGP, by the key of who commits',
    create: async ({ folder, env: { HOME = '' } }) => {
      const key = ['--quick-generate-key', 'Grace Operator <grace@example.com>', 'ed25519', 'sign', 'never'];
      await execute('gpg', ['--batch', '--quiet', '--passphrase', '', ...key], { HOME });
      const program = join(folder, 'gpg');
      await writeFile(program, `#!/bin/sh\nHOME='${HOME}' exec gpg "$@"\n`, { mode: 0o755 });
      return { settings: {}, proof: ['-c', `gpg.program=${program}`] };
    },
  },
];

test.each(signers)('a checkout that signs by $name signs its deliveries', async ({ create }) => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const checkout = await sandbox.clone({ asJob: true });
  const { settings, proof } = await create(sandbox, checkout);
  // A log that shows signatures would mix them into what is read.
  await sandbox.configure(checkout, { ...settings, 'commit.gpgSign': 'true', 'log.showSignature': 'true' });
  const first = await deployRelease(sandbox, checkout);
  expect(first).toEqual(await delivered(sandbox, first.tag));
  const tip = await origin.tip();
  const rival = await origin.commit('Be faster');
  await origin.git('update-ref', 'refs/heads/main', tip);
  await installRivals(sandbox, [rival]);

  const second = await sandbox.gitops(checkout, ['hold', 'dev', '--reason', 'Look into it', '--json']);
  expect(JSON.parse(second.stdout)).toMatchObject({ outcome: 'changed', attempts: 2 });
  for (const commit of ['main', tip]) await origin.git(...proof, 'verify-commit', commit);
  expect(await origin.log('%s|%an <%ae>|%cn <%ce>', '-3')).toEqual([
    'hold(dev)|Grace Operator <grace@example.com>|Grace Operator <grace@example.com>',
    'Be faster|Ada Developer <ada@example.com>|Ada Developer <ada@example.com>',
    `deploy(dev): ${first.tag}|Grace Operator <grace@example.com>|Grace Operator <grace@example.com>`,
  ]);
  expect(await sandbox.gitops(checkout, ['status'])).toMatchObject({ status: 0, stderr: '' });
});

test('a signature that cannot be made is told in the words of Git, and nothing is pushed', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const checkout = await sandbox.clone();
  await sandbox.configure(checkout, {
    'commit.gpgSign': 'true',
    'gpg.format': 'ssh',
    'user.signingKey': '/nowhere',
  });
  const { status, stderr } = await deployRelease(sandbox, checkout);
  expect(status).toBe(2);
  expect(stderr).toMatch(
    /^The commit could not be signed, as commit\.gpgSign asks in this checkout: .*\/nowhere.*\nMake git commit -S work here, or unset it: git config commit\.gpgSign false\n$/s,
  );
  expect(await origin.log()).toEqual(['Add a thing', 'Start the project']);
});

test('where the project asks for a sign-off and a prefix of the title, a delivery has both, and is known by them', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const checkout = await sandbox.clone();
  await sandbox.configure(checkout, { 'gitops.signOff': 'true', 'gitops.titlePrefix': 'OPS-12 chore:' });
  const { tag, status } = await deployRelease(sandbox, checkout);
  expect(status).toBe(0);
  expect(await origin.git('log', '-1', '--format=%B', 'main')).toBe(`OPS-12 chore: deploy(dev): ${tag}

Add a thing

Environment: dev
Kind: deploy
To: ${tag}
Digest: ${digest}
Revision: ${await origin.git('rev-parse', tag)}
Actor: grace
Signed-off-by: Grace Operator <grace@example.com>`);
  const history = await sandbox.gitops(checkout, ['history', 'dev', '--json']);
  expect(JSON.parse(history.stdout)).toMatchObject([{ kind: 'deploy', by: 'grace' }, { kind: 'edit' }]);
});

test('a prefix that would pass for a part of the title is refused', async () => {
  await using sandbox = await createSandbox();
  const checkout = await sandbox.clone();
  await sandbox.configure(checkout, { 'gitops.titlePrefix': 'Please' });
  expect(await deployRelease(sandbox, checkout)).toMatchObject({
    status: 2,
    stderr: `The setting gitops.titlePrefix is "Please", which is not a valid prefix of a title.
Each word of it must end in a colon or a bracket, or be the key of an issue: chore: or [ops] or OPS-12 or #12.
`,
  });
});

test("a push rule that refuses is a rule's refusal, and is asked once", async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const calls = join(sandbox.folder, 'calls');
  const rule = "GitLab: Commit message does not follow the pattern '^OPS-'";
  await origin.installHook('update', `echo called >>'${calls}'; echo "${rule}" >&2; exit 1`);
  expect(await deployRelease(sandbox, await sandbox.clone())).toMatchObject({
    status: 3,
    stdout: '',
    stderr: `${origin.directory} refused the push (hook declined):
  remote: ${rule}
  remote: error: hook declined to update refs/heads/main
Check whose token it is, the rules of the protected branch, and the push rules of the project.
`,
  });
  expect(await readFile(calls, 'utf8')).toBe('called\n');
});

function execute(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  return run(program, args, { env: { PATH: process.env.PATH, ...env }, timeLimit: 20_000 });
}
