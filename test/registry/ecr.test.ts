import { ECR } from '@aws-sdk/client-ecr';
import { expect, test } from '@jest/globals';
import { openEcr } from '../../scripts/registry/ecr.ts';
import type { Registry } from '../../scripts/registry/registry.ts';
import { parseTag } from '../../scripts/release/image.ts';
import { ecrPassword, type EcrState, serveEcr } from '../support/registry/ecr-server.ts';
import { findDeadHost, listen } from '../support/process/loopback.ts';

const host = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';
const tag = parseTag('3f9c1b2a', 'test');
const digest = `sha256:${'a'.repeat(64)}`;
const authorization = Buffer.from(`AWS:${ecrPassword}`).toString('base64');

function open(endpoint: string, dialogue: { timeLimit?: number; signal?: AbortSignal } = {}): Registry {
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
  return openEcr(
    new ECR({ region: 'eu-central-1', endpoint, credentials }),
    { kind: 'ecr', host, name: 'orders', region: 'eu-central-1', registryId: '123456789012' },
    { timeLimit: 10_000, ...dialogue },
  );
}

async function serve(state: Partial<EcrState> = {}) {
  const server = await serveEcr({ repositories: new Map(), ...state });
  return Object.assign(server, { registry: open(`http://${server.host}`) });
}

test('a repository is created before the first push: tags immutable, scanned on push', async () => {
  await using ecr = await serve();
  expect(await ecr.registry.authorizePush()).toBe(authorization);
  expect(ecr.questions).toEqual([
    { action: 'DescribeRepositories', input: { registryId: '123456789012', repositoryNames: ['orders'] } },
    {
      action: 'CreateRepository',
      input: {
        registryId: '123456789012',
        repositoryName: 'orders',
        imageTagMutability: 'IMMUTABLE',
        imageScanningConfiguration: { scanOnPush: true },
      },
    },
    { action: 'GetAuthorizationToken', input: {} },
  ]);
});

test('a repository that exists is left as it is', async () => {
  await using ecr = await serve({ repositories: new Map([['orders', new Map<string, string>()]]) });
  expect(await ecr.registry.authorizePush()).toBe(authorization);
  expect(ecr.questions.map(({ action }) => action)).toEqual(['DescribeRepositories', 'GetAuthorizationToken']);
});

test('a repository that another job creates at the same moment is as good', async () => {
  await using ecr = await serve({ hasRival: true });
  expect(await ecr.registry.authorizePush()).toBe(authorization);
});

test('the digest of a tag is found', async () => {
  await using ecr = await serve({ repositories: new Map([['orders', new Map([[tag, digest]])]]) });
  expect(await ecr.registry.findDigest(tag)).toBe(digest);
});

test.each([
  ['a repository', new Map<string, Map<string, string>>()],
  ['a tag', new Map([['orders', new Map([['00000000', digest]])]])],
])('%s that does not exist has no digest', async (_, repositories) => {
  await using ecr = await serve({ repositories });
  expect(await ecr.registry.findDigest(tag)).toBeUndefined();
});

test.each([
  {
    type: 'ExpiredTokenException',
    said: 'The security token included in the request is expired',
    hint: 'The credentials have expired: renew them, or run the job again so that it gets a new token.',
  },
  {
    type: 'AccessDeniedException',
    said: 'User: arn:aws:iam::123456789012:user/ci is not authorized to perform: ecr:DescribeImages',
    hint: 'Allow the action that it names to the user or role of the job.',
  },
  {
    type: 'UnrecognizedClientException',
    said: 'The security token included in the request is invalid.',
    hint: 'Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: AWS does not know this pair.',
  },
])('$type is told in the words of AWS, with the next step', async ({ type, said, hint }) => {
  await using ecr = await serve({ refusal: { type, message: said } });
  for (const question of [ecr.registry.findDigest(tag), ecr.registry.authorizePush()]) {
    await expect(question).rejects.toMatchObject({
      code: 'registry-refused',
      exitCode: 5,
      message: `${host} refused: ${type}: ${said}`,
      hint,
    });
  }
});

test('an address where nobody listens is told apart from a refusal', async () => {
  const gone = await findDeadHost();
  await expect(open(`http://${gone}`).findDigest(tag)).rejects.toMatchObject({
    code: 'registry-unreachable',
    exitCode: 5,
    message: expect.stringMatching(`^${host} could not be asked: .*connect ECONNREFUSED ${gone}\\.$`),
  });
});

test('an answer that is none of AWS, such as the page of a proxy, is told so', async () => {
  await using proxy = await listen((_, response) => response.end('<html>Please log in</html>'));
  await expect(open(`http://${proxy.host}`).findDigest(tag)).rejects.toMatchObject({
    code: 'registry-unreachable',
    message: expect.stringMatching(/could not be asked: .* is not valid JSON\.$/),
  });
});

test('a server that never answers is left after the time limit', async () => {
  await using ecr = await serve({ hangs: true });
  await expect(open(`http://${ecr.host}`, { timeLimit: 200 }).findDigest(tag)).rejects.toMatchObject({
    code: 'registry-unreachable',
    message: `${host} could not be asked: no answer within 0.2 s.`,
  });
});

test('an interrupted job does not wait for an answer', async () => {
  await using ecr = await serve({ hangs: true });
  const reason = new Error('Interrupted.');
  const signal = AbortSignal.abort(reason);
  await expect(open(`http://${ecr.host}`, { signal }).findDigest(tag)).rejects.toBe(reason);
});
