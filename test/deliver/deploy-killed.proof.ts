import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createSandbox } from '../support/command/sandbox.ts';
import { takeSnapshot } from '../support/git/snapshot.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const valuesPath = 'environments/dev/values.yaml';

test('killed at any of its steps before the push, a deploy has changed nothing, and can run again', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const tag = (await origin.commit('Add a thing')).slice(0, 8);
  const checkout = await sandbox.clone({ asJob: true });
  const before = [await origin.refs(), await takeSnapshot(checkout)];

  for (const step of ['config', 'init', 'fetch', 'cat-file', 'fast-import', 'push']) {
    await sandbox.wrap('git', `case " $* " in *' ${step} '*) kill -9 $PPID; exit 1; esac`);
    expect((await sandbox.gitops(checkout, deploy(tag))).status).toBeNull();
    expect([await origin.refs(), await takeSnapshot(checkout)]).toEqual(before);
  }
  await sandbox.wrap('git', '');
  expect(await sandbox.gitops(checkout, deploy(tag))).toMatchObject({ status: 0, stderr: '' });
  expect(await origin.read(valuesPath)).toBe(await origin.runningValues('dev', tag, digest));
  expect((await origin.log()).slice(1)).toEqual(['Add a thing', 'Start the project']);
});

test('killed after its push, a deploy finds its work done when it runs again', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const tag = (await origin.commit('Add a thing')).slice(0, 8);
  const checkout = await sandbox.clone({ asJob: true });
  await sandbox.wrap('git', `case " $* " in *' push '*) git "$@"; kill -9 $PPID; esac`);

  expect((await sandbox.gitops(checkout, deploy(tag))).status).toBeNull();
  expect(await sandbox.gitops(checkout, deploy(tag))).toEqual({
    status: 0,
    stdout: `Nothing to do: dev runs ${tag} already.\n`,
    stderr: '',
  });
  expect(await origin.read(valuesPath)).toBe(await origin.runningValues('dev', tag, digest));
});

test('killed at any moment, a deploy leaves the release before or its own, and nothing torn', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const checkout = await sandbox.clone({ asJob: true });
  const releases = (await origin.commitAll(Array.from({ length: 8 }, () => 'Add a thing'))).map((sha) =>
    sha.slice(0, 8),
  );
  const whole = [await origin.read(valuesPath)];

  for (const tag of releases) {
    whole.push(await origin.runningValues('dev', tag, digest));
    const child = sandbox.start(checkout, deploy(tag));
    const ended = once(child, 'exit');
    // From before its first call of git until after its last one.
    await sleep(Math.random() * 500);
    child.kill('SIGKILL');
    await ended;
    expect(whole).toContain(await origin.read(valuesPath));
  }

  const [newest = ''] = releases.slice(-1);
  expect(await sandbox.gitops(checkout, deploy(newest))).toMatchObject({ status: 0 });
  expect(await origin.read(valuesPath)).toBe(await origin.runningValues('dev', newest, digest));
  expect(await origin.log('%s', '--merges')).toEqual(['']);
  await origin.git('fsck', '--strict');
});

test('a job that is cancelled ends at once, and puts away what it made', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const tag = (await origin.commit('Add a thing')).slice(0, 8);
  const refs = await origin.refs();
  const checkout = await sandbox.clone({ asJob: true });
  await sandbox.wrap('git', `case " $* " in *' fetch '*) kill -TERM $PPID; exec sleep 60; esac`);

  expect(await sandbox.gitops(checkout, deploy(tag))).toEqual({
    status: 143,
    stdout: '',
    stderr: 'Interrupted by SIGTERM.\n',
  });
  expect(await sandbox.leftovers()).toEqual([]);
  expect(await origin.refs()).toBe(refs);
});

function deploy(tag: string): string[] {
  return ['deploy', 'dev', '--tag', tag, '--digest', digest];
}
