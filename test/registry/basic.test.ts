import { expect, test } from '@jest/globals';
import { findRealm, openBasic } from '../../scripts/registry/basic.ts';
import { parseTag } from '../../scripts/release/image.ts';
import { findDeadHost } from '../support/process/loopback.ts';
import { type RegistryState, serveRegistry } from '../support/registry/registry-server.ts';

const tag = parseTag('3f9c1b2a', 'test');
const digest = `sha256:${'b'.repeat(64)}`;

function open(host: string, { password = 'secret', timeLimit = 10_000 } = {}) {
  return openBasic({ kind: 'basic', host, name: 'shop/orders', user: 'ci', password }, { timeLimit });
}

function serve(state: Partial<RegistryState> = {}) {
  const digests = new Map([['shop/orders/manifests/3f9c1b2a', digest]]);
  return serveRegistry({ user: 'ci', password: 'secret', login: 'basic', digests, ...state });
}

test.each(['basic', 'bearer'] as const)('a digest is found with a %s login', async (login) => {
  await using registry = await serve({ login });
  expect(await open(registry.host).findDigest(tag)).toBe(digest);
});

test.each(['basic', 'bearer'] as const)('a tag that is not there has no digest, %s login', async (login) => {
  await using registry = await serve({ login, digests: new Map() });
  expect(await open(registry.host).findDigest(tag)).toBeUndefined();
});

test('a push is authorized by user and password, as an auth file has them', async () => {
  expect(await open('registry.example.com').authorizePush()).toBe('Y2k6c2VjcmV0');
});

test.each(['basic', 'bearer'] as const)('a wrong password is refused by name, %s login', async (login) => {
  await using registry = await serve({ login });
  await expect(open(registry.host, { password: 'wrong' }).findDigest(tag)).rejects.toMatchObject({
    code: 'registry-refused',
    exitCode: 5,
    message: `${registry.host} refused the user "ci" (401).`,
    hint: 'Check CI_REGISTRY, CI_REGISTRY_USER and CI_REGISTRY_PASSWORD; a job token lives only as long as its job.',
  });
});

test.each([
  [418, 'registry-refused', 'answered 418.'],
  [503, 'registry-unreachable', 'could not be asked: it answered 503.'],
])('the status %d is told as what it is', async (status, code, told) => {
  await using registry = await serve({ status });
  await expect(open(registry.host).findDigest(tag)).rejects.toMatchObject({
    code,
    exitCode: 5,
    message: `${registry.host} ${told}`,
  });
});

test('an address where nobody listens is named', async () => {
  const host = await findDeadHost();
  await expect(open(host).findDigest(tag)).rejects.toMatchObject({
    code: 'registry-unreachable',
    message: expect.stringMatching(`^${host} could not be asked: .*ECONNREFUSED`),
  });
});

test('a registry that never answers is left after the time limit', async () => {
  await using registry = await serve({ hangs: true });
  await expect(open(registry.host, { timeLimit: 200 }).findDigest(tag)).rejects.toMatchObject({
    code: 'registry-unreachable',
    message: `${registry.host} could not be asked: no answer within 0.2 s.`,
  });
});

test('a token is asked for where the registry says, with its service and scope', () => {
  const challenge =
    'Bearer realm="https://gitlab.com/jwt/auth",service="container_registry",scope="repository:shop/orders:pull"';
  expect(findRealm(challenge)?.href).toBe(
    'https://gitlab.com/jwt/auth?service=container_registry&scope=repository%3Ashop%2Forders%3Apull',
  );
  expect(findRealm('Basic realm="registry"')).toBeUndefined();
  expect(findRealm('Bearer realm="nowhere"')).toBeUndefined();
});

test('the password is not sent where TLS does not protect it', async () => {
  await using registry = await serve({ login: 'bearer', realm: 'http://registry.example.com/token' });
  await expect(open(registry.host).findDigest(tag)).rejects.toMatchObject({
    code: 'registry-refused',
    message: `${registry.host} asks for the password at http://registry.example.com, without TLS.`,
  });
});
