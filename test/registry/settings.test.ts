import { expect, test } from '@jest/globals';
import { parsePublishSettings } from '../../scripts/registry/settings.ts';

const ecr = {
  ECR_REPOSITORY_URL: '123456789012.dkr.ecr.eu-central-1.amazonaws.com',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'key',
  AWS_SECRET_ACCESS_KEY: 'secret',
  PROJECT_NAME: 'orders',
  CI_COMMIT_SHORT_SHA: '3f9c1b2a',
};
const gitlab = {
  CI_REGISTRY: 'registry.example.com:5050',
  CI_REGISTRY_IMAGE: 'registry.example.com:5050/shop/orders',
  CI_REGISTRY_USER: 'ci',
  CI_REGISTRY_PASSWORD: 'secret',
  CI_COMMIT_SHORT_SHA: '3f9c1b2a',
};

test('ECR_REPOSITORY_URL chooses ECR, also in a project that has a registry at GitLab', () => {
  expect(parsePublishSettings({ ...gitlab, ...ecr })).toEqual({
    registry: {
      kind: 'ecr',
      host: '123456789012.dkr.ecr.eu-central-1.amazonaws.com',
      name: 'orders',
      region: 'eu-central-1',
      registryId: '123456789012',
    },
    tag: '3f9c1b2a',
    buildArgs: [],
  });
});

test('the project at GitLab names the repository, unless PROJECT_NAME does', () => {
  const named = (project: string) =>
    parsePublishSettings({ ...ecr, PROJECT_NAME: project, CI_PROJECT_NAME: 'web' }).registry.name;
  expect([named(''), named('orders')]).toEqual(['web', 'orders']);
});

test('a path in ECR_REPOSITORY_URL is the beginning of the name', () => {
  const { registry } = parsePublishSettings({ ...ecr, ECR_REPOSITORY_URL: `${ecr.ECR_REPOSITORY_URL}/shop` });
  expect(registry).toMatchObject({ host: ecr.ECR_REPOSITORY_URL, name: 'shop/orders' });
});

test('CI_REGISTRY chooses the registry with user and password', () => {
  expect(parsePublishSettings(gitlab)).toEqual({
    registry: {
      kind: 'basic',
      host: 'registry.example.com:5050',
      name: 'shop/orders',
      user: 'ci',
      password: 'secret',
    },
    tag: '3f9c1b2a',
    buildArgs: [],
  });
});

test('BUILD_ARGS are separated by spaces and lines', () => {
  const BUILD_ARGS = '\n BUILD_IMAGE=mirror.example.com/node:26  RUNTIME_IMAGE=mirror.example.com/run:26\nDEBUG=\n';
  expect(parsePublishSettings({ ...ecr, BUILD_ARGS }).buildArgs).toEqual([
    'BUILD_IMAGE=mirror.example.com/node:26',
    'RUNTIME_IMAGE=mirror.example.com/run:26',
    'DEBUG=',
  ]);
});

test.each([
  ['nothing is set', {}, 'ECR_REPOSITORY_URL, AWS_REGION, PROJECT_NAME, CI_COMMIT_SHORT_SHA'],
  ['all are empty', empty(ecr), 'ECR_REPOSITORY_URL, AWS_REGION, PROJECT_NAME, CI_COMMIT_SHORT_SHA'],
  [
    'ECR is chosen by an empty variable',
    { ...gitlab, ECR_REPOSITORY_URL: '' },
    'ECR_REPOSITORY_URL, AWS_REGION, PROJECT_NAME',
  ],
  ['one key comes without the other', { ...ecr, AWS_ACCESS_KEY_ID: '' }, 'AWS_ACCESS_KEY_ID'],
  [
    'only the other registry is named',
    { CI_REGISTRY: 'registry.example.com' },
    'CI_REGISTRY_IMAGE, CI_REGISTRY_USER, CI_REGISTRY_PASSWORD, CI_COMMIT_SHORT_SHA',
  ],
])('all missing variables are named at once when %s', (_, env, names) => {
  expect(() => parsePublishSettings(env)).toThrow(
    expect.objectContaining({
      code: 'missing-variable',
      exitCode: 2,
      message: `Not set, or empty: ${names}.`,
    }),
  );
});

test('keys are not asked for, so that a role can be used', () => {
  const env = { ...ecr, AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
  expect(parsePublishSettings(env).registry.kind).toBe('ecr');
});

test.each([
  [
    { ...ecr, ECR_REPOSITORY_URL: `https://${ecr.ECR_REPOSITORY_URL}`, PROJECT_NAME: 'Orders' },
    'ECR_REPOSITORY_URL: "https://123456789012.dkr.ecr.eu-central-1.amazonaws.com" is not of the form <account>.dkr.ecr.<region>.amazonaws.com.\n' +
      'PROJECT_NAME: "Orders" must be a repository name of lowercase letters, digits and ._/-.',
  ],
  [
    { ...ecr, AWS_REGION: 'eu-west-1' },
    'AWS_REGION: "eu-west-1" is not the region of ECR_REPOSITORY_URL, "123456789012.dkr.ecr.eu-central-1.amazonaws.com".',
  ],
  [{ ...ecr, BUILD_ARGS: 'A=b --all' }, 'BUILD_ARGS: "--all" is not of the form NAME=VALUE.'],
  [{ ...ecr, CI_COMMIT_SHORT_SHA: 'latest' }, `CI_COMMIT_SHORT_SHA: "latest" is not the tag of a release.`],
  [
    { ...gitlab, CI_REGISTRY_IMAGE: 'elsewhere.example.com/shop/orders' },
    'CI_REGISTRY_IMAGE: "elsewhere.example.com/shop/orders" is not a repository of CI_REGISTRY, "registry.example.com:5050".',
  ],
])('a value that is wrong is quoted (%#)', (env, message) => {
  expect(() => parsePublishSettings(env)).toThrow(expect.objectContaining({ exitCode: 2, message }));
});

function empty(env: object): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.keys(env).map((name) => [name, '']));
}
