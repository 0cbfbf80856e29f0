import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseManifests, type Manifest } from '../support/kubernetes/manifests.ts';
import { makeTrialChart, type TrialChart } from './trial-chart.ts';

let trial: TrialChart;

beforeAll(async () => {
  trial = await makeTrialChart();
});

afterAll(async () => trial.remove());

test.each(['12345678', '01234567', '1234e567', '0b101101', 'abcdef01'.repeat(5)])(
  'the tag %s reaches the image, the service and the labels to the letter',
  async (tag) => {
    expect(await renderKind('Deployment', { image: { tag } })).toMatchObject({
      spec: {
        template: {
          metadata: {
            labels: { 'app.kubernetes.io/version': tag },
            // The values of this test do not say the whole SHA, as those of an older release do not.
            annotations: { 'org.opencontainers.image.revision': tag },
          },
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

test('the cluster is a label beside the environment wherever that is one, and changes nothing else', async () => {
  const text = await trial.render();
  const labelled = text.replaceAll(/^( +)environment: "dev"$/gm, '$&\n$1cluster: "eu-1"');
  expect(labelled).not.toBe(text);
  expect(await trial.render({ cluster: 'eu-1' })).toBe(labelled);
});

test.each([
  { drainSeconds: 2, before: 1, after: 1, request: 2, grace: 6 },
  { drainSeconds: 7, before: 3, after: 4, request: 12, grace: 21 },
  { drainSeconds: 300, before: 150, after: 150, request: 598, grace: 900 },
])(
  'a drain of $drainSeconds s and the longest request fit into the grace period',
  async ({ drainSeconds, before, after, request, grace }) => {
    expect(before + after + request + 2).toBe(grace);
    expect(await renderKind('Deployment', { drainSeconds })).toMatchObject({
      spec: {
        template: {
          spec: {
            terminationGracePeriodSeconds: grace,
            containers: [
              {
                lifecycle: { preStop: { sleep: { seconds: before } } },
                env: expect.arrayContaining([
                  { name: 'DRAIN_SECONDS', value: String(after) },
                  { name: 'REQUEST_SECONDS', value: String(request) },
                ]),
              },
            ],
          },
        },
      },
    });
  },
);

test.each([
  { values: { replicas: 0 }, budget: false, tested: false },
  { values: { replicas: 1 }, budget: false, tested: true },
  { values: { replicas: 2 }, budget: true, tested: true },
  { values: { replicas: 3, autoscaling: { enabled: true, minReplicas: 1 } }, budget: false, tested: true },
  { values: { replicas: 0, autoscaling: { enabled: true, minReplicas: 3 } }, budget: true, tested: true },
])('with $values a node can be drained, and a test can pass if there is one', async ({ values, budget, tested }) => {
  const kinds = parseManifests(await trial.render(values)).map(({ kind }) => kind);
  // One pod may always go, so that with two or more the budget leaves at least one, and with one there is none.
  expect(kinds.includes('PodDisruptionBudget')).toBe(budget);
  // With no pod there is nobody to ask.
  expect(kinds.includes('Pod')).toBe(tested);
});

test('pods are replaced when their configuration changes, and only then', async () => {
  const specWith = async (delay: string) => {
    const deployment = await renderKind('Deployment', { config: { SHED_DELAY_MS: delay } });
    return JSON.stringify(deployment?.spec);
  };
  const spec = await specWith('500');
  expect(await specWith('500')).toBe(spec);
  expect(await specWith('501')).not.toBe(spec);
});

test('the service is told what the chart decides by the names that it knows, and nothing that has none', async () => {
  const variables = { port: 'HTTP_PORT', release: '', drainSeconds: '', requestSeconds: '', metricsPort: '' };
  expect(await renderKind('Deployment', { variables, nodeOptions: '' })).toMatchObject({
    spec: {
      template: {
        spec: {
          containers: [
            {
              env: [
                { name: 'ENVIRONMENT', value: 'dev' },
                { name: 'LOG_LEVEL', value: 'info' },
                { name: 'HTTP_PORT', value: '3000' },
              ],
            },
          ],
        },
      },
    },
  });
});

test('an object of somebody is a template, and can name the image', async () => {
  const object = {
    apiVersion: 'example.com/v1',
    kind: 'Scan',
    metadata: { name: 'image', namespace: '{{ .Release.Namespace }}' },
    spec: { image: '{{ include "service.image" . }}' },
  };
  expect(await renderKind('Scan', { extra: { objects: [object] } })).toEqual({
    ...object,
    metadata: { name: 'image', namespace: 'orders-dev' },
    spec: { image: 'registry.example.com/team/orders:3f9c1b2a' },
  });
});

async function renderKind(kind: string, values: object): Promise<Manifest | undefined> {
  return parseManifests(await trial.render(values)).find((manifest) => manifest.kind === kind);
}
