import { expect, test } from '@jest/globals';
import { flow } from '../support/git/flow.ts';
import { runningValues } from '../support/git/origin.ts';
import type { Origin } from '../support/git/origin.ts';
import { holds } from '../support/git/runs.ts';
import { createSandbox } from '../support/command/sandbox.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const valuesPath = 'environments/dev/values.yaml';
const aRelease = 'A release is a commit of the branch that the deliveries go to: git log --oneline shows them.';

interface Refusal {
  name: string;
  /** Commits what makes the deploy of the tag refuse, and gives its tag. */
  prepare: (origin: Origin) => Promise<string>;
  environment?: string;
  env?: NodeJS.ProcessEnv;
  code: string;
  message: (tag: string, running: string) => string;
  hint: string;
}

const refusals: Refusal[] = [
  {
    name: 'a commit of another branch',
    prepare: (origin) => origin.commit('Try something', {}, 'feature'),
    code: 'unrelated',
    message: (tag) => `${tag} does not name exactly one commit of the branch.`,
    hint: aRelease,
  },
  {
    name: 'a tag that no commit has',
    prepare: () => Promise.resolve('0123456789abcdef'),
    code: 'unrelated',
    message: (tag) => `${tag} does not name exactly one commit of the branch.`,
    hint: aRelease,
  },
  {
    name: 'the name of a file where a commit is meant',
    prepare: (origin) => origin.git('rev-parse', `main:${valuesPath}`),
    code: 'unrelated',
    message: (tag) => `${tag} does not name exactly one commit of the branch.`,
    hint: aRelease,
  },
  {
    name: 'the name of an annotated tag where a commit is meant',
    prepare: async (origin) => {
      await origin.git('tag', '-a', '-m', 'Version 1', 'v1', 'main');
      return origin.git('rev-parse', 'v1');
    },
    code: 'unrelated',
    message: (tag) => `${tag} does not name exactly one commit of the branch.`,
    hint: aRelease,
  },
  {
    name: 'a release that was built beside the one that runs',
    prepare: async (origin) => {
      const beside = await origin.commit('Try something', {}, 'feature');
      const release = await origin.commit('Add the version endpoint');
      const merge = ['commit-tree', '-p', 'main', '-p', 'feature', '-m', 'Merge', 'main^{tree}'];
      await origin.git('update-ref', 'refs/heads/main', await origin.git(...merge));
      await origin.commit('Deploy', { [valuesPath]: runningValues('dev', release.slice(0, 8), digest) });
      return beside;
    },
    code: 'unrelated',
    message: (tag, running) => `dev runs ${running}, and ${tag} does not descend from it.`,
    hint: 'Only a release that contains the one that runs can follow it: merge, and deliver the result.',
  },
  {
    name: 'an environment that says it runs what is no commit',
    prepare: async (origin) => {
      await origin.commit('Edit by hand', { [valuesPath]: runningValues('dev', '0123456789ab', digest) });
      return origin.commit('Add the version endpoint');
    },
    code: 'unrelated',
    message: () =>
      `${valuesPath} says 0123456789ab, which does not name exactly one commit of the branch, so no release can be newer.`,
    hint: 'Write what runs there, or empty tag, digest and revision when nothing does, and deliver again.',
  },
  {
    name: 'an environment that takes its releases from another',
    prepare: (origin) => origin.commit('Add the version endpoint'),
    environment: 'staging',
    code: 'out-of-order',
    message: () => 'staging takes only a release that dev has run.',
    hint: 'Run: npm run promote -- staging',
  },
  {
    name: 'an environment that is held',
    prepare: (origin) => origin.commit('Hold dev', holds('dev')),
    code: 'held',
    message: () => 'dev is held since 2026-09-21T10:00:00.000Z by ada: look into it',
    hint: 'When its reason is gone, run: npm run resume -- dev',
  },
  {
    name: 'an environment that is frozen',
    prepare: (origin) => origin.commit('Freeze dev', flow({ freeze: { environments: ['dev'] } })),
    code: 'frozen',
    message: () => 'dev is frozen until 2999-01-01T00:00:00.000Z: stock-taking',
    hint: 'Run it again after that, or change the freeze in environments/flow.yaml.',
  },
  {
    name: "an image that was pushed elsewhere than the release's chart pulls from",
    prepare: (origin) => origin.commit('Add the version endpoint'),
    env: { IMAGE_REPOSITORY: 'other.example.com/orders' },
    code: 'other-repository',
    message: () =>
      'The image was pushed to other.example.com/orders, but dev would pull from registry.example.com/orders.',
    hint: `Set image.repository to other.example.com/orders in helm-chart/values.yaml, or in ${valuesPath}.`,
  },
  {
    name: 'an image that was pushed elsewhere than the environment pulls from',
    prepare: (origin) =>
      origin.commit('Pull from a mirror', {
        [valuesPath]: 'image:\n  repository: mirror.example.com/orders\n  tag: ""\n  digest: ""\n  revision: ""\n',
      }),
    env: { IMAGE_REPOSITORY: 'registry.example.com/orders' },
    code: 'other-repository',
    message: () =>
      'The image was pushed to registry.example.com/orders, but dev would pull from mirror.example.com/orders.',
    hint: `Set image.repository to registry.example.com/orders in helm-chart/values.yaml, or in ${valuesPath}.`,
  },
];

test.each(refusals)('a deploy refuses $name', async ({ prepare, environment = 'dev', env = {}, ...expected }) => {
  await using sandbox = await createSandbox();
  const { origin } = sandbox;
  const tag = (await prepare(origin)).slice(0, 12);
  const running = /tag: "(.*)"/.exec(await origin.read(valuesPath))?.[1] ?? '';
  const message = expected.message(tag, running);
  const checkout = await sandbox.clone();
  const refs = await origin.refs();

  const args = ['deploy', environment, '--tag', tag, '--digest', digest, '--json'];
  const { status, stdout, stderr } = await sandbox.gitops(checkout, args, env);

  expect({ status, stderr }).toEqual({ status: 3, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({ error: { code: expected.code, message, hint: expected.hint } });
  expect(await origin.refs()).toBe(refs);
  expect(await sandbox.leftovers()).toEqual([]);
});
