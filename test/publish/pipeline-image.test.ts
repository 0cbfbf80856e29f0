import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { ecrVariables, host, prepareJob } from '../support/command/publish-job.ts';
import { serveEcr } from '../support/registry/ecr-server.ts';

const dockerfile = await readFile('Dockerfile', 'utf8');

test('the image of the pipeline is made again when its part of the Dockerfile changes, and only then', async () => {
  const [, reference = ''] = /PIPELINE_IMAGE to (\S+)@/.exec((await publish(dockerfile)).stdout) ?? [];
  expect(reference).toMatch(new RegExp(`^${host}/orders/pipeline:[0-9a-f]{12}$`));
  const same = await publish(`${dockerfile}# More of the service.\n`);
  expect(same.stdout).toContain(`PIPELINE_IMAGE to ${reference}@`);
  for (const changed of [
    dockerfile.replace('buildah ca-certificates', 'buildah'),
    dockerfile.replace(/^ARG BUILD_IMAGE=.*$/m, 'ARG BUILD_IMAGE=docker.io/library/node:99'),
  ]) {
    const { status, stdout } = await publish(changed);
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.not.stringContaining(reference) });
  }
});

test('a Dockerfile without that part is told so', async () => {
  expect(await publish('FROM scratch\n')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('The Dockerfile has no stage pipeline.'),
  });
});

async function publish(dockerfile: string) {
  await using ecr = await serveEcr({ repositories: new Map() });
  await using job = await prepareJob();
  await job.writeFile('Dockerfile', dockerfile);
  return await job.run({ ...ecrVariables, AWS_ENDPOINT_URL_ECR: `http://${ecr.host}` }, ['image', 'publish-pipeline']);
}
