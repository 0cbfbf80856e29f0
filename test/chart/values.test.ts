import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderChart } from '../../scripts/helm/helm.ts';
import { helmVersions, type HelmVersion } from '../../scripts/helm/program.ts';
import { parseManifests, type Manifest } from '../support/kubernetes/manifests.ts';
import { chart } from '../support/kubernetes/render.ts';

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
      fault: 'a revision that is abbreviated',
      values: 'environment: dev\nimage: { tag: "3f9c1b2a", revision: "3f9c1b2a" }',
      says: {
        3: "- image.revision: Does not match pattern '^([0-9a-f]{40})?$'",
        4: "- at '/image/revision': '3f9c1b2a' does not match pattern '^([0-9a-f]{40})?$'",
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
      fault: 'a variable that the service does not know',
      values: `${good}config: { TRUST_PROXIES: 10.0.0.0/8 }`,
      says: {
        3: '- config: Additional property TRUST_PROXIES is not allowed',
        4: "- at '/config': additional properties 'TRUST_PROXIES' not allowed",
      },
    },
    {
      fault: 'a variable that lost its quotes',
      values: `${good}config: { BODY_BYTES: 1048576 }`,
      says: {
        3: '- config.BODY_BYTES: Invalid type. Expected: string, given: integer',
        4: "- at '/config/BODY_BYTES': got number, want string",
      },
    },
    {
      fault: 'a secret as a value',
      values: `${good}secrets: [{ PASSWORD: hunter2 }]`,
      says: {
        3: '- secrets.0: Invalid type. Expected: string, given: object',
        4: "- at '/secrets/0': got object, want string",
      },
    },
    {
      fault: 'a volume of the host',
      values: `${good}extra: { volumes: [{ name: root, hostPath: { path: / } }] }`,
      says: {
        3: '- extra.volumes.0: Additional property hostPath is not allowed',
        4: "- at '/extra/volumes/0': additional properties 'hostPath' not allowed",
      },
    },
    {
      fault: 'a container with privileges',
      values: `${good}extra: { containers: [{ name: a, image: b, securityContext: { privileged: true } }] }`,
      says: {
        3: '- extra.containers.0.securityContext: Additional property privileged is not allowed',
        4: "- at '/extra/containers/0/securityContext': additional properties 'privileged' not allowed",
      },
    },
    {
      fault: 'a container that runs as root',
      values: `${good}extra: { initContainers: [{ name: a, image: b, securityContext: { runAsUser: 0 } }] }`,
      says: {
        3: '- extra.initContainers.0.securityContext.runAsUser: Must be greater than or equal to 1',
        4: "- at '/extra/initContainers/0/securityContext/runAsUser': minimum: got 0, want 1",
      },
    },
    {
      fault: 'a host with a scheme',
      values: `${good}ingress: { enabled: true, hosts: ["https://api.example.com"] }`,
      says: {
        3: '- ingress.hosts.0: Does not match pattern',
        4: "- at '/ingress/hosts/0': 'https://api.example.com' does not match pattern",
      },
    },
    {
      fault: 'a drain that is too short to have two halves',
      values: `${good}drainSeconds: 1`,
      says: {
        3: '- drainSeconds: Must be greater than or equal to 2',
        4: "- at '/drainSeconds': minimum: got 1, want 2",
      },
    },
    {
      fault: 'a port that only root may open',
      values: `${good}port: 80`,
      says: {
        3: '- port: Must be greater than or equal to 1024',
        4: "- at '/port': minimum: got 80, want 1,024",
      },
    },
    {
      fault: 'a value that is taken away',
      values: `${good}replicas: null`,
      says: {
        3: '- (root): replicas is required',
        4: "- at '': missing property 'replicas'",
      },
    },
    {
      fault: 'a cluster that cannot be a label',
      values: `${good}cluster: "arn:aws:eks"`,
      says: {
        3: "- cluster: Does not match pattern '^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$'",
        4: "- at '/cluster': 'arn:aws:eks' does not match pattern '^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$'",
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
    const checks = helmVersions.map(async (helm) => {
      await expect(render(values, helm)).rejects.toMatchObject({
        code: 'invalid-chart',
        exitCode: 2,
        message: expect.stringContaining(says[helm]) as unknown,
      });
    });
    await Promise.all(checks);
  });
});

describe('values that contradict each other do not render, and the message says what to do', () => {
  test.each([
    {
      values: 'autoscaling: { enabled: true, minReplicas: 5, maxReplicas: 3 }',
      says: 'autoscaling.minReplicas is 5, more than autoscaling.maxReplicas, 3: lower the one or raise the other.',
    },
    {
      values: 'autoscaling: { enabled: true, cpuPercent: 0 }',
      says: 'autoscaling is enabled, but watches nothing: set autoscaling.cpuPercent, memoryPercent or metrics.',
    },
    {
      values: 'autoscaling: { enabled: true }\nresources: { requests: { cpu: null } }',
      says: 'autoscaling.cpuPercent is a share of resources.requests.cpu, which is not set: set it, or set the percentage to 0.',
    },
    {
      values: 'minReadySeconds: 20\nprogressDeadlineSeconds: 50',
      says: 'progressDeadlineSeconds is 50, but a start may take 50 s, the 30 s of the startup probe and minReadySeconds: raise it.',
    },
    {
      values: 'ingress: { enabled: true }',
      says: 'ingress is enabled, but ingress.hosts is empty: name the hosts that it answers for.',
    },
    {
      values: 'route: { enabled: true, gateways: [{ name: public }] }',
      says: 'route is enabled, but route.hosts is empty: name the hosts that it answers for.',
    },
    {
      values: 'route: { enabled: true, hosts: [api.example.com] }',
      says: 'route is enabled, but route.gateways is empty: name the Gateway that it belongs to.',
    },
    {
      values: 'port: 9090',
      says: 'metrics.port and port are both 9090: give the metrics a port of their own.',
    },
    {
      values: 'externalSecret: { data: { TOKEN: { key: service } } }',
      says: 'externalSecret.data is set, but externalSecret.store.name is empty: name the store that it is read from.',
    },
    {
      values: 'extra: { env: [{ name: DRAIN_SECONDS, value: "60" }] }',
      says: "extra.env sets DRAIN_SECONDS, which the chart sets itself, so that it fits the rest: set the chart's own value for it.",
    },
    {
      values:
        'config: { TRUST_PROXY: 10.0.0.0/8 }\nextra: { env: [{ name: TRUST_PROXY, value: 10.1.0.0/16 }] }',
      says: 'extra.env and config both set TRUST_PROXY: keep one of them.',
    },
  ])('$values', async ({ values, says }) => {
    const checks = helmVersions.map(async (helm) => {
      await expect(render(good + values, helm)).rejects.toMatchObject({
        code: 'invalid-chart',
        message: expect.stringMatching(
          new RegExp(`contradict each other\\.\n- ${RegExp.escape(says)}$`),
        ) as unknown,
      });
    });
    await Promise.all(checks);
  });

  test('all at once', async () => {
    const values = 'ingress: { enabled: true }\nport: 9090\nautoscaling: { enabled: true, minReplicas: 50 }';
    await expect(render(good + values)).rejects.toThrow(/\n- autoscaling.*\n- ingress.*\n- metrics\.port/);
  });
});

test.each(['12345678', '01234567', '1234e567', '0b101101', '3f9c1b2', 'abcdef01'.repeat(5)])(
  'the tag %s reaches the image, the service and the labels to the letter',
  async (tag) => {
    expect(await renderKind('Deployment', `environment: dev\nimage: { tag: "${tag}" }`)).toMatchObject({
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
  const text = await render(good);
  const labelled = text.replaceAll(/^( +)environment: "dev"$/gm, '$&\n$1cluster: "eu-1"');
  expect(labelled).not.toBe(text);
  expect(await render(`${good}cluster: eu-1`)).toBe(labelled);
});

test.each([
  { drainSeconds: 2, before: 1, after: 1, request: 2, grace: 6 },
  { drainSeconds: 7, before: 3, after: 4, request: 12, grace: 21 },
  { drainSeconds: 10, before: 5, after: 5, request: 18, grace: 30 },
  { drainSeconds: 300, before: 150, after: 150, request: 598, grace: 900 },
])(
  'a drain of $drainSeconds s and the longest request fit into the grace period',
  async ({ drainSeconds, before, after, request, grace }) => {
    expect(before + after + request + 2).toBe(grace);
    expect(await renderKind('Deployment', `${good}drainSeconds: ${drainSeconds}`)).toMatchObject({
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
  { values: 'replicas: 0', budget: false },
  { values: 'replicas: 1', budget: false },
  { values: 'replicas: 2', budget: true },
  { values: 'replicas: 3\nautoscaling: { enabled: true, minReplicas: 1 }', budget: false },
  { values: 'replicas: 1\nautoscaling: { enabled: true, minReplicas: 3 }', budget: true },
])('with $values, a drain of a node is never blocked', async ({ values, budget }) => {
  const rendered = await renderKind('PodDisruptionBudget', `${good}${values}`);
  // One pod may always go, so that with two or more the budget leaves at least one, and with one there is none.
  const spec = { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' };
  if (budget) expect(rendered).toMatchObject({ spec });
  else expect(rendered).toBeUndefined();
});

test('pods are replaced when their configuration changes, and only then', async () => {
  const specWith = async (delay: string) => {
    const deployment = await renderKind('Deployment', `${good}config: { SHED_DELAY_MS: "${delay}" }`);
    return JSON.stringify(deployment?.spec);
  };
  expect(await specWith('500')).toBe(await specWith('500'));
  expect(await specWith('500')).not.toBe(await specWith('501'));
});

test('a service without a memory limit keeps the heap that Node chooses', async () => {
  const values = `${good}resources: { limits: { memory: null } }`;
  expect(JSON.stringify(await renderKind('Deployment', values))).not.toContain('NODE_OPTIONS');
});

async function renderKind(kind: string, values: string): Promise<Manifest | undefined> {
  return parseManifests(await render(values)).find((manifest) => manifest.kind === kind);
}

async function render(values: string, helm?: HelmVersion): Promise<string> {
  const file = join(folder, `${randomUUID()}.yaml`);
  await writeFile(file, values);
  return renderChart({ chart, name: 'nestjs-service', namespace: 'default', values: [file], helm });
}
