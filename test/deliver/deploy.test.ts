import { expect, test } from '@jest/globals';
import { runningValues } from '../support/git/origin.ts';
import { holds } from '../support/git/runs.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import { takeSnapshot } from '../support/git/snapshot.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const otherDigest = `sha256:${'b'.repeat(64)}`;
const valuesPath = 'environments/dev/values.yaml';

test('the first release comes in by one commit on the tip, which changes three scalars', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const release = await origin.commit('Add the version endpoint');
  const tip = await origin.commit('Correct a word');
  const checkout = await sandbox.clone({ asJob: true });
  const tag = release.slice(0, 8);

  const run = await sandbox.gitops(checkout, ['deploy', 'dev', '--tag', tag, '--digest', digest, '--json']);

  const commit = await origin.tip();
  expect(run).toEqual({
    status: 0,
    stdout: `{
  "environment": "dev",
  "kind": "deploy",
  "outcome": "changed",
  "from": {
    "tag": "",
    "digest": "",
    "revision": ""
  },
  "to": {
    "tag": "${tag}",
    "digest": "${digest}",
    "revision": "${release}"
  },
  "commit": "${commit}",
  "attempts": 1
}
`,
    stderr: '',
  });
  expect(await origin.git('log', '-1', '--format=%P|%an <%ae>|%cn <%ce>|%B', 'main')).toBe(
    `${tip}|Grace Operator <grace@example.com>|Grace Operator <grace@example.com>|deploy(dev): ${tag}

Add the version endpoint

Environment: dev
Kind: deploy
To: ${tag}
Digest: ${digest}
Revision: ${release}
Actor: grace`,
  );
  expect(await origin.git('diff', '--name-only', `${tip}..main`)).toBe(valuesPath);
  expect(await origin.read(valuesPath)).toBe(await origin.runningValues('dev', tag, digest));
  expect(await sandbox.leftovers()).toEqual([]);
});

test('a pipeline says all by its variables, and the commit names what the environment gains', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const first = (await origin.commit('Add the version endpoint')).slice(0, 8);
  await origin.commit(`deploy(dev): ${first}`, { [valuesPath]: runningValues('dev', first, digest) });
  await origin.commit('Count the requests');
  const tag = (await origin.commit('Log the requests')).slice(0, 8);
  const checkout = await sandbox.clone();

  const run = await sandbox.gitops(checkout, ['deploy', 'dev'], {
    CI_COMMIT_SHORT_SHA: tag,
    IMAGE_DIGEST: otherDigest,
    IMAGE_REPOSITORY: 'registry.example.com/orders',
    CI_PIPELINE_URL: 'https://gitlab.example.com/orders/-/pipelines/7',
  });

  expect(run).toEqual({
    status: 0,
    stdout: `dev is to run ${tag} instead of ${first}, by commit ${await origin.tip()}.\nTo know when it is live: npm run wait -- dev\n`,
    stderr: '',
  });
  expect(await origin.git('log', '-1', '--format=%B', 'main')).toBe(`deploy(dev): ${tag}

2 commits:

- Log the requests
- Count the requests

Environment: dev
Kind: deploy
From: ${first}
To: ${tag}
Digest: ${otherDigest}
Revision: ${await origin.git('rev-parse', tag)}
Actor: grace
Pipeline: https://gitlab.example.com/orders/-/pipelines/7`);
  expect(await origin.read(valuesPath)).toBe(await origin.runningValues('dev', tag, otherDigest));
});

test('a release that runs already changes nothing, and another image under its name is refused', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const tag = (await origin.commit('Add the version endpoint')).slice(0, 8);
  await origin.commit('Deploy by hand', { [valuesPath]: await origin.runningValues('dev', tag, digest) });
  const checkout = await sandbox.clone();
  const refs = await origin.refs();

  const again = await sandbox.gitops(checkout, ['deploy', 'dev', '--tag', tag, '--digest', digest]);
  expect(again).toEqual({ status: 0, stdout: `Nothing to do: dev runs ${tag} already.\n`, stderr: '' });
  expect(await origin.refs()).toBe(refs);

  const rebuilt = await sandbox.gitops(checkout, ['deploy', 'dev', '--tag', tag, '--digest', otherDigest]);
  expect(rebuilt).toEqual({
    status: 3,
    stdout: '',
    stderr:
      `${tag} ran with the image ${digest} before, not with ${otherDigest}.\n` +
      'A release has one image: deliver a new commit, whose image has a tag of its own.\n',
  });
  expect(await origin.refs()).toBe(refs);
});

test('a release older than the one that runs is superseded, also while the environment is held', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const [older = '', newer = ''] = (await origin.commitAll(['Older', 'Newer'])).map((sha) => sha.slice(0, 8));
  await origin.commit('Deploy by hand', {
    [valuesPath]: await origin.runningValues('dev', newer, digest),
    ...holds('dev'),
  });
  const checkout = await sandbox.clone();
  const refs = await origin.refs();
  const args = ['deploy', 'dev', '--tag', older, '--digest', otherDigest];

  expect(await sandbox.gitops(checkout, args)).toEqual({
    status: 0,
    stdout: `Nothing to do: dev runs ${newer}, which is newer than ${older}.\n`,
    stderr: '',
  });
  expect(JSON.parse((await sandbox.gitops(checkout, [...args, '--json'])).stdout)).toEqual({
    environment: 'dev',
    kind: 'deploy',
    outcome: 'superseded',
    from: await origin.release(newer, digest),
    to: await origin.release(older, otherDigest),
    commit: null,
    attempts: 1,
  });
  expect(await origin.refs()).toBe(refs);
});

test('a dry run says what it would commit, and changes nothing here or there', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const tag = (await origin.commit('Add the version endpoint')).slice(0, 8);
  const checkout = await sandbox.clone();
  const before = await takeSnapshot(sandbox.folder);

  const run = await sandbox.gitops(checkout, [...['deploy', 'dev', '--tag', tag, '--digest', digest], '--dry-run']);

  expect(run).toEqual({
    status: 0,
    stdout: `Nothing was changed. dev runs nothing; it would run ${tag}.\n`,
    stderr: `Would commit on main:

deploy(dev): ${tag}

Add the version endpoint

Environment: dev
Kind: deploy
To: ${tag}
Digest: ${digest}
Revision: ${await origin.git('rev-parse', tag)}
Actor: grace

`,
  });
  expect(await takeSnapshot(sandbox.folder)).toEqual(before);
});

test('outside a pipeline the Git identity of the checkout commits, and is the actor', async () => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const tag = (await origin.commit('Add the version endpoint')).slice(0, 8);
  const checkout = await sandbox.clone();
  await sandbox.configure(checkout, { 'user.name': 'Ada Ünïcode', 'user.email': 'ada@example.com' });
  const nobody = { GITLAB_USER_LOGIN: undefined, GITLAB_USER_NAME: undefined, GITLAB_USER_EMAIL: undefined };

  const run = await sandbox.gitops(checkout, ['deploy', 'dev', '--tag', tag, '--digest', digest], nobody);

  expect(run.status).toBe(0);
  expect(await origin.git('log', '-1', '--format=%an <%ae>|%cn <%ce>', 'main')).toBe(
    'Ada Ünïcode <ada@example.com>|Ada Ünïcode <ada@example.com>',
  );
  expect(await origin.git('log', '-1', '--format=%(trailers:key=Actor)', 'main')).toBe(
    'Actor: Ada Ünïcode <ada@example.com>',
  );
});
