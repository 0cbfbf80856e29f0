import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { runProgram } from '../../scripts/process/program.ts';
import { serveEcr } from '../support/registry/ecr-server.ts';
import { findDeadHost } from '../support/process/loopback.ts';
import { digest, ecrVariables } from '../support/command/publish-job.ts';

const chart = parse(await readFile('helm-chart/Chart.yaml', 'utf8')) as { name: string; version: string };

async function publishChart(env: NodeJS.ProcessEnv) {
  const { status, stdout, stderr } = await runProgram(process.execPath, ['scripts/gitops.ts', 'chart', 'publish'], {
    cwd: resolve('.'),
    env: { PATH: process.env.PATH, HOME: '/nonexistent', ...ecrVariables, ...env },
    timeLimit: 25_000,
  });
  return { status, stdout: stdout.toString(), stderr };
}

test.each(['3f9c1b2a', '01234567'])('a chart that the registry has is not pushed again, of %s', async (release) => {
  const version = `${chart.version}-g${release}`;
  const repositories = new Map([[`orders/${chart.name}`, new Map([[version, digest]])]]);
  await using ecr = await serveEcr({ repositories });
  const reference = `oci://${ecrVariables.ECR_REPOSITORY_URL}/orders/${chart.name}`;
  const env = { AWS_ENDPOINT_URL_ECR: `http://${ecr.host}`, CI_COMMIT_SHORT_SHA: release };
  expect(await publishChart(env)).toEqual({
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
