import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { serveEcr } from '../support/registry/ecr-server.ts';
import { digest, ecrVariables, host, prepareJob } from '../support/command/publish-job.ts';
import { roleKey, serveSts } from '../support/registry/sts-server.ts';

const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...keyless } = ecrVariables;
const keys = { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
const role = 'arn:aws:iam::123456789012:role/ci';
const job = {
  AWS_ROLE_ARN: role,
  AWS_ID_TOKEN: 'token-of-the-job',
  CI_PROJECT_ID: '7',
  CI_PIPELINE_ID: '42',
};

async function serveAws(refusal?: { code: string; message: string }) {
  const sts = await serveSts(refusal);
  const ecr = await serveEcr({ repositories: new Map([['orders', new Map([['3f9c1b2a', digest]])]]) });
  return {
    sts,
    ecr,
    endpoints: { AWS_ENDPOINT_URL_ECR: `http://${ecr.host}`, AWS_ENDPOINT_URL_STS: `http://${sts.host}` },
    async [Symbol.asyncDispose]() {
      await sts[Symbol.asyncDispose]();
      await ecr[Symbol.asyncDispose]();
    },
  };
}

test('a role is taken on with the ID token of the job, and nothing is long-lived', async () => {
  await using aws = await serveAws();
  await using machine = await prepareJob();
  const { status, stdout, stderr } = await machine.run({ ...keyless, ...job, ...aws.endpoints });

  expect({ status, stderr }).toEqual({ status: 0, stderr: `Looking for ${host}/orders:3f9c1b2a\n` });
  expect(aws.sts.requests).toEqual([{ role, token: 'token-of-the-job', session: 'gitlab-7-42' }]);
  expect(aws.ecr.signers).toEqual([roleKey]);
  expect(stdout + stderr).not.toContain('token-of-the-job');
  expect(await machine.leftovers()).toEqual(['checkout', 'checkout/build.env', 'tmp']);
});

test("a token's file goes on working, and comes before the ID token", async () => {
  await using aws = await serveAws();
  await using machine = await prepareJob();
  const file = join(machine.base.HOME, 'token');
  await writeFile(file, 'token-of-a-file');
  const { status } = await machine.run({
    ...keyless,
    ...job,
    ...aws.endpoints,
    AWS_WEB_IDENTITY_TOKEN_FILE: file,
  });
  expect(status).toBe(0);
  expect(aws.sts.requests).toMatchObject([{ role, token: 'token-of-a-file' }]);
});

test('keys win over a role, and a warning says so', async () => {
  await using aws = await serveAws();
  await using machine = await prepareJob();
  const { status, stderr } = await machine.run({ ...keyless, ...keys, ...job, ...aws.endpoints });

  expect(status).toBe(0);
  expect(stderr).toBe(
    'Warning: both keys and a role are set. AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are used, and ' +
      'AWS_ROLE_ARN is not. Remove the keys from the CI/CD settings to use the role.\n' +
      `Looking for ${host}/orders:3f9c1b2a\n`,
  );
  expect(aws.sts.requests).toEqual([]);
  expect(aws.ecr.signers).toEqual([AWS_ACCESS_KEY_ID]);
});

test('a role without any token is refused before the machine’s own identity is used instead', async () => {
  await using machine = await prepareJob();
  expect(await machine.run({ ...keyless, ...job, AWS_ID_TOKEN: '' })).toEqual({
    status: 2,
    stdout: '',
    stderr:
      'AWS_ROLE_ARN names a role, but there is no token to ask for it with: AWS_ID_TOKEN is not set, or empty.\n' +
      'Give the job the id_tokens of .gitlab-ci.yml, or set AWS_WEB_IDENTITY_TOKEN_FILE; without a role, unset AWS_ROLE_ARN.\n',
  });
});

test.each([
  {
    code: 'ExpiredTokenException',
    message: 'Token expired: current date/time must be before the expiration date/time',
    hint: 'The credentials have expired: renew them, or run the job again so that it gets a new token.',
  },
  {
    code: 'AccessDenied',
    message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
    hint: 'Compare AWS_ROLE_ARN, and the trust policy of that role, with .gitlab/README.md.',
  },
])('$code of a role is told in the words of AWS, with the next step', async ({ code, message, hint }) => {
  await using aws = await serveAws({ code, message });
  await using machine = await prepareJob();
  const { status, stderr } = await machine.run({ ...keyless, ...job, ...aws.endpoints });
  expect(status).toBe(5);
  expect(stderr.split('\n').slice(-3)).toEqual([`${host} refused: ${code}: ${message}`, hint, '']);
});
