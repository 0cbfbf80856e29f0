import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { argoToken, badGateway, invalidSession } from '../support/argocd/server.ts';
import { notFound, permissionDenied, serveArgo } from '../support/argocd/server.ts';
import type { Recorded } from '../support/argocd/server.ts';
import { findDeadHost, listen } from '../support/process/loopback.ts';
import { openWaitingRoom, variables } from '../support/command/waiting-room.ts';
import type { WaitingRoom } from '../support/command/waiting-room.ts';

let room: WaitingRoom;

beforeAll(async () => {
  room = await openWaitingRoom();
});

afterAll(async () => {
  await room[Symbol.asyncDispose]();
});

test('an Application that is not there yet is waited for, whatever Argo CD calls that', async () => {
  const run = await room.play([permissionDenied, notFound, { body: { metadata: {}, spec: {} } }, room.well()]);
  expect(run.document).toMatchObject({ outcome: 'healthy', seconds: 6 });
  expect(run.lines).toEqual([
    expect.stringMatching(/^orders-dev: 127\.0\.0\.1:\d+ answered 403: permission denied$/),
    expect.stringMatching(/^orders-dev: .+ answered 404: applications\.argoproj\.io "orders-dev" not found$/),
    `orders-dev: Unknown, Unknown`,
    `orders-dev: Synced at ${room.tags[1]}, Healthy, sync Succeeded`,
  ]);
});

test.each<{ what: string; answer: Recorded; code: string; exitCode: number; message: RegExp }>([
  {
    what: 'hidden',
    answer: permissionDenied,
    code: 'argocd-refused',
    exitCode: 5,
    message: /^The Application orders-dev is not there, or not for this token, after 60 s: .+ answered 403/,
  },
  {
    what: 'missing',
    answer: notFound,
    code: 'unhealthy',
    exitCode: 6,
    message: /^dev has no Application orders-dev in Argo CD after 60 s: .+ answered 404/,
  },
  {
    what: 'behind a gateway that fails',
    answer: badGateway,
    code: 'argocd-unreachable',
    exitCode: 5,
    message: /^Argo CD is not well after 60 s: 127\.0\.0\.1:\d+ answered 502\.$/,
  },
  {
    what: 'cut off',
    answer: 'cut',
    code: 'argocd-unreachable',
    exitCode: 5,
    message: /^Argo CD is not well after 60 s: 127\.0\.0\.1:\d+: aborted\.$/,
  },
])('an Application that is $what until the end is told as that', async ({ answer, ...expected }) => {
  await expect(room.play([answer])).rejects.toMatchObject({
    code: expected.code,
    exitCode: expected.exitCode,
    message: expect.stringMatching(expected.message),
  });
});

test('a server that fails is asked again, ever more slowly', async () => {
  const page = { body: '<html>Sign in</html>' };
  const run = await room.play([badGateway, 'cut', page, badGateway, badGateway, badGateway, badGateway, room.well()]);
  expect(run.document).toMatchObject({ outcome: 'healthy' });
  expect(run.pauses).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
});

test('a server where nobody listens is waited for, and told in the end', async () => {
  const host = await findDeadHost();
  await expect(room.wait(host)).rejects.toMatchObject({
    code: 'argocd-unreachable',
    message: `Argo CD is not well after 60 s: ${host}: connect ECONNREFUSED ${host}.`,
  });
});

test('a server that takes the question and says nothing is given up', async () => {
  await using server = await listen(() => undefined);
  const args = ['wait', 'dev', '--timeout', '1s'];
  expect(await room.sandbox.gitops(room.checkout, args, variables(server.host))).toEqual({
    status: 5,
    stdout: '',
    stderr: `orders-dev: ${server.host}: no answer within 1 s
Argo CD is not well after 1 s: ${server.host}: no answer within 1 s.
Check ARGOCD_SERVER and the network of this machine, then run it again.
`,
  });
});

test('a token that is no good is told at once, and never shown', async () => {
  await using server = await serveArgo({ applications: [invalidSession] });
  const run = await room.sandbox.gitops(room.checkout, ['wait', 'dev'], variables(server.host));
  expect(run).toEqual({
    status: 5,
    stdout: '',
    stderr: `${server.host} answered 401: invalid session: token is expired
Give ARGOCD_AUTH_TOKEN a token that has not expired: argocd account generate-token --account NAME makes one.
`,
  });
  expect(server.questions).toHaveLength(1);
});

test('a redirection is not followed with the token', async () => {
  const moved = { status: 307, body: '' };
  await expect(room.play([moved])).rejects.toMatchObject({ code: 'argocd-refused' });
});

test('a certificate that it signed itself is taken on this machine, when that is asked for', async () => {
  await using server = await serveArgo({ applications: [room.well()], isSecure: true });
  const env = { ARGOCD_SERVER: server.host, ARGOCD_AUTH_TOKEN: argoToken };
  const refused = await room.sandbox.gitops(room.checkout, ['wait', 'dev'], env);
  expect(refused.status).toBe(5);
  expect(refused.stderr).toBe(`The certificate of ${server.host} is not trusted: self-signed certificate.
Name the authority of its certificate by NODE_EXTRA_CA_CERTS, a file in PEM form.
`);
  const taken = await room.sandbox.gitops(room.checkout, ['wait', 'dev'], {
    ...env,
    ARGOCD_INSECURE: 'true',
  });
  expect(taken.status).toBe(0);
});

test('what is not set is named, all at once', async () => {
  const run = await room.sandbox.gitops(room.checkout, ['wait', 'dev'], { ARGOCD_SERVER: '' });
  expect(run).toEqual({
    status: 2,
    stdout: '',
    stderr: `Not set, or empty: ARGOCD_SERVER, ARGOCD_AUTH_TOKEN.
Set them in the CI/CD settings, or in your shell: the address of Argo CD, and a token that may get applications.
`,
  });
});
