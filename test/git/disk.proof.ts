import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { runProgram } from '../../scripts/process/program.ts';
import { digest } from '../support/command/delivery.ts';
import { createSandbox } from '../support/command/sandbox.ts';

const room = 'Make room on this machine, or set TMPDIR to a folder that can be written; then run it again.\n';

test.each([
  {
    name: 'has no room for a repository',
    mount: 'size=16k',
    told: /^(Git|This machine) cannot go on: .*(no space left|couldn't write)/i,
  },
  {
    name: 'is full after some files',
    mount: 'size=200k',
    told: /^(Git|This machine) cannot go on: .*no space left/i,
  },
  {
    name: 'can only be read',
    mount: 'ro',
    told: /^Cannot make a folder in .*: EROFS: read-only file system/,
  },
])('a disk that $name is told as what it is', async ({ mount, told }) => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const noise = Array.from({ length: 40_000 }, (_, index) => Math.sin(index).toString(36)).join('');
  const tag = (await origin.commit('Add a thing', { 'environments/dev/noise.txt': noise })).slice(0, 8);
  const checkout = await sandbox.clone({ asJob: true });
  const before = await origin.refs();
  // A file system of its own, which Linux lets everybody have in a namespace where it is not forbidden.
  const script = 'mount -t tmpfs -o "$0" none "$TMPDIR" && exec "$@"';
  const command = [process.execPath, resolve('scripts/gitops.ts'), 'deploy', 'dev', '--tag', tag, '--digest', digest];
  const { status, stdout, stderr } = await runProgram(
    'unshare',
    ['--user', '--map-root-user', '--mount', 'sh', '-c', script, mount, ...command],
    { cwd: checkout, env: sandbox.env, timeLimit: 25_000 },
  );
  expect(stdout.toString()).toBe('');
  expect(stderr).toMatch(told);
  expect(stderr.endsWith(room)).toBe(true);
  expect(status).toBe(2);
  expect(await origin.refs()).toBe(before);
});
