import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { ecrVariables, host, prepareJob } from '../support/command/publish-job.ts';
import { serveEcr } from '../support/registry/ecr-server.ts';

const files = {
  Dockerfile: await readFile('Dockerfile', 'utf8'),
  'package-lock.json': '{}\n',
  'scripts/gitops.ts': 'export {};\n',
};
const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };

test('the image of the pipeline is made again when what goes into it changes, and only then', async () => {
  const reference = await publishReference(files);
  expect(reference).toMatch(new RegExp(`^${host}/orders/pipeline:[0-9a-f]{12}$`));
  const { Dockerfile: lines } = files;
  expect(await publishReference({ ...files, Dockerfile: `${lines}# More of the service.\n` })).toBe(reference);
  const changes = {
    Dockerfile: [
      lines.replace('buildah ca-certificates', 'buildah'),
      lines.replace(/^ARG BUILD_IMAGE=.*$/m, 'ARG BUILD_IMAGE=docker.io/library/node:99'),
    ],
    'package-lock.json': ['{ "packages": {} }\n'],
    'scripts/gitops.ts': ['export const changed = true;\n'],
    'scripts/release/more.ts': ['export {};\n'],
  };
  const cases = Object.entries(changes).flatMap(([path, texts]) => texts.map((text) => ({ ...files, [path]: text })));
  const references = await Promise.all(cases.map(publishReference));
  expect(new Set([reference, ...references]).size).toBe(1 + cases.length);
});

test('the image for services in any language has the version of this project', async () => {
  await using ecr = await serveEcr({ repositories: new Map() });
  await using job = await prepareJob();
  const { stdout } = await publish(files, { ecr, job });
  expect(stdout).toMatch(
    `\nFor the jobs of a service in any language, set PIPELINE_IMAGE to ${host}/orders/gitops:${version}@`,
  );
  expect((await job.calls()).filter(({ args }) => args[0] === 'build').map(({ args }) => args.slice(-3))).toEqual([
    ['--tag', `${host}/orders/gitops:${version}`, '.'],
    ['--tag', expect.stringContaining('/orders/pipeline:'), '.'],
  ]);
});

test('a Dockerfile without that part is told so', async () => {
  await using ecr = await serveEcr({ repositories: new Map() });
  await using job = await prepareJob();
  expect(await publish({ ...files, Dockerfile: 'FROM scratch\n' }, { ecr, job })).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('The Dockerfile has no stage pipeline.'),
  });
});

/** What is published is told under this name, for the jobs of this project. */
async function publishReference(content: Readonly<Record<string, string>>): Promise<string | undefined> {
  await using ecr = await serveEcr({ repositories: new Map() });
  await using job = await prepareJob();
  const { stdout } = await publish(content, { ecr, job });
  return /this project, set PIPELINE_IMAGE to (\S+)@/.exec(stdout)?.[1];
}

interface Machine {
  ecr: Awaited<ReturnType<typeof serveEcr>>;
  job: Awaited<ReturnType<typeof prepareJob>>;
}

async function publish(content: Readonly<Record<string, string>>, { ecr, job }: Machine) {
  for (const [path, text] of Object.entries(content)) await job.writeFile(path, text);
  return job.run({ ...ecrVariables, AWS_ENDPOINT_URL_ECR: `http://${ecr.host}` }, ['image', 'publish-pipeline']);
}
