import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderChart } from '../../scripts/cluster/helm.ts';
import { helmVersions, type HelmVersion } from '../../scripts/cluster/helm-program.ts';
import { parseManifests, type Manifest } from '../support/manifests.ts';
import { chart } from '../support/render.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'values-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const good = `environment: dev\nimage: { tag: "3f9c1b2a" }\n`;

describe('a values file that is wrong does not render, and the message names the value', () => {
  test.each<{ fault: string; values: string; says: Record<HelmVersion, string> }>([
    {
      fault: 'an unquoted tag that YAML reads as a number',
      values: 'environment: dev\nimage: { tag: 12345678 }',
      says: {
        3: '- image.tag: Invalid type. Expected: string, given: integer',
        4: "- at '/image/tag': got number, want string",
      },
    },
    {
      fault: 'a tag that is no commit',
      values: 'environment: dev\nimage: { tag: latest }',
      says: {
        3: "- image.tag: Does not match pattern '^([0-9a-f]{7,40})?$'",
        4: "- at '/image/tag': 'latest' does not match pattern '^([0-9a-f]{7,40})?$'",
      },
    },
    {
      fault: 'a digest that is none',
      values: 'environment: dev\nimage: { tag: "3f9c1b2a", digest: sha256:3f9c }',
      says: {
        3: "- image.digest: Does not match pattern '^(sha256:[0-9a-f]{64})?$'",
        4: "- at '/image/digest': 'sha256:3f9c' does not match pattern '^(sha256:[0-9a-f]{64})?$'",
      },
    },
    {
      fault: 'a misspelt key',
      values: `${good}replica: 3`,
      says: {
        3: '- (root): Additional property replica is not allowed',
        4: "- at '': additional properties 'replica' not allowed",
      },
    },
    {
      fault: 'a misspelt key further in',
      values: `${good}resources: { limit: { memory: 1Gi } }`,
      says: {
        3: '- resources: Additional property limit is not allowed',
        4: "- at '/resources': additional properties 'limit' not allowed",
      },
    },
    {
      fault: 'a release that is not said',
      values: 'environment: dev',
      says: {
        3: 'image.tag is empty: this environment has run no release yet. Deploy or promote one to it.',
        4: 'image.tag is empty: this environment has run no release yet. Deploy or promote one to it.',
      },
    },
    {
      fault: 'an environment that is not said',
      values: 'image: { tag: "3f9c1b2a" }',
      says: {
        3: "environment is empty: each environment's values say its name.",
        4: "environment is empty: each environment's values say its name.",
      },
    },
  ])('$fault', async ({ values, says }) => {
    for (const helm of helmVersions) {
      await expect(render(values, helm)).rejects.toMatchObject({
        code: 'invalid-chart',
        exitCode: 2,
        message: expect.stringContaining(says[helm]) as unknown,
      });
    }
  });
});

test.each(['12345678', '01234567', '1234e567', '0b101101', '3f9c1b2', 'abcdef01'.repeat(5)])(
  'the tag %s reaches the image, the service and the labels to the letter',
  async (tag) => {
    expect(await renderKind('Deployment', `environment: dev\nimage: { tag: "${tag}" }`)).toMatchObject({
      spec: {
        template: {
          metadata: { labels: { 'app.kubernetes.io/version': tag } },
          spec: {
            containers: [
              {
                image: expect.stringMatching(new RegExp(`:${tag}$`)),
                env: expect.arrayContaining([{ name: 'RELEASE', value: tag }]),
              },
            ],
          },
        },
      },
    });
  },
);

test.each([
  { drainSeconds: 2, before: 1, after: '1', grace: 6 },
  { drainSeconds: 7, before: 3, after: '4', grace: 21 },
  { drainSeconds: 60, before: 30, after: '30', grace: 180 },
])(
  'a drain of $drainSeconds s fits into the grace period',
  async ({ drainSeconds, before, after, grace }) => {
    expect(await renderKind('Deployment', `${good}drainSeconds: ${drainSeconds}`)).toMatchObject({
      spec: {
        template: {
          spec: {
            terminationGracePeriodSeconds: grace,
            containers: [
              {
                lifecycle: { preStop: { sleep: { seconds: before } } },
                env: expect.arrayContaining([{ name: 'DRAIN_SECONDS', value: after }]),
              },
            ],
          },
        },
      },
    });
  },
);

test('the secrets that pull the image are those of the service account, for every pod of the chart', async () => {
  const values = 'environment: dev\nimage: { tag: "3f9c1b2a", pullSecrets: [registry, mirror] }';
  expect(await renderKind('ServiceAccount', values)).toMatchObject({
    metadata: { name: 'nestjs-service' },
    imagePullSecrets: [{ name: 'registry' }, { name: 'mirror' }],
  });
});

async function renderKind(kind: string, values: string): Promise<Manifest | undefined> {
  return parseManifests(await render(values)).find((manifest) => manifest.kind === kind);
}

async function render(values: string, helm?: HelmVersion): Promise<string> {
  const file = join(folder, `${randomUUID()}.yaml`);
  await writeFile(file, values);
  return renderChart({ chart, name: 'nestjs-service', namespace: 'default', values: [file], helm });
}
