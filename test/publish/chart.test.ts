import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { versionOf } from '../../scripts/publish/chart.ts';
import { runProgram } from '../../scripts/process/program.ts';
import { parseTag } from '../../scripts/release/image.ts';
import { serveEcr } from '../support/registry/ecr-server.ts';
import { findDeadHost } from '../support/process/loopback.ts';
import { digest, ecrVariables } from '../support/command/publish-job.ts';

const version = '0.1.0-g3f9c1b2a';

async function publishChart(env: NodeJS.ProcessEnv) {
  const { status, stdout, stderr } = await runProgram(process.execPath, ['scripts/chart.ts', 'publish'], {
    cwd: resolve('.'),
    env: { PATH: process.env.PATH, HOME: '/nonexistent', ...ecrVariables, ...env },
    timeLimit: 25_000,
  });
  return { status, stdout: stdout.toString(), stderr };
}

test.each([
  ['3f9c1b2a', '0.1.0-g3f9c1b2a'],
  ['01234567', '0.1.0-g01234567'],
])('the release %s gives the chart a version of its own', (release, expected) => {
  expect(versionOf('0.1.0', parseTag(release, 'test'))).toBe(expected);
});

test('a chart that the registry has is not pushed again', async () => {
  const repositories = new Map([['orders/service', new Map([[version, digest]])]]);
  await using ecr = await serveEcr({ repositories });
  const reference = `oci://${ecrVariables.ECR_REPOSITORY_URL}/orders/service`;
  expect(await publishChart({ AWS_ENDPOINT_URL_ECR: `http://${ecr.host}` })).toEqual({
    status: 0,
    stdout:
      `Nothing to push: the registry has ${reference}, version ${version}, as ${digest}\n` +
      `helm pull ${reference} --version ${version}\n`,
    stderr: `Looking for ${reference}, version ${version}\n`,
  });
});

test('a registry that takes no chart is told in the words of Helm, and by exit code 5', async () => {
  await using ecr = await serveEcr({ repositories: new Map() });
  const host = await findDeadHost();
  const env = { AWS_ENDPOINT_URL_ECR: `http://${ecr.host}`, ECR_REPOSITORY_URL: host };
  const { status, stdout, stderr } = await publishChart(env);
  expect({ status, stdout }).toEqual({ status: 5, stdout: '' });
  expect(stderr).toContain(`Pushing the chart to ${host}/orders failed: `);
  expect(stderr).toContain('connection refused');
});
