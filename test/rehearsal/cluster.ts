import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { listVariables } from '../../src/config.ts';
import { applicationSetPath, parseApplicationSet } from '../../scripts/argocd/applicationset.ts';
import { renderChart } from '../../scripts/helm/helm.ts';
import { Failure } from '../../scripts/shell/failure.ts';
import { parseVariables } from '../../scripts/shell/variables.ts';
import { parseYaml, toValue } from '../../scripts/release/yaml-file.ts';
import { readImage, valuesPath } from '../../scripts/release/values.ts';
import { Service } from '../support/process/service.ts';
import { checkOut, readFromMain } from './gitlab.ts';
import { programOf } from './pipeline.ts';
import type { Stage } from './stage.ts';

/** What the rehearsal takes from a rendered Deployment to start a pod without a cluster. */
interface Pod {
  /** The release that its image is tagged with. */
  tag: string;
  env: NodeJS.ProcessEnv;
  /** The addresses of the probes on this machine. */
  live: string;
  ready: string;
  /** The address of the service on this machine. */
  url: string;
}

// Milliseconds.
const readyLimit = 15_000;
const stopLimit = 15_000;

const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) });
const container = z.object({
  env: z.array(z.object({ name: z.string(), value: z.string() })),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
  livenessProbe: probe,
  readinessProbe: probe,
});
const configMap = z.object({ kind: z.literal('ConfigMap'), data: z.record(z.string(), z.string()) });
const deployment = z.object({
  kind: z.literal('Deployment'),
  spec: z.object({ template: z.object({ spec: z.object({ containers: z.tuple([container]) }) }) }),
});

/**
 * Does what Argo CD and the cluster do for an environment: renders the chart of the release that its values name with
 * them, starts the release as the Deployment says, waits for its probes, asks it who it is, and stops it.
 * @throws {Failure} `unhealthy` when the probes do not pass.
 */
export async function sync(stage: Stage, environment: string, values: string): Promise<void> {
  const pod = await render(stage, environment, values);
  const service = new Service(programOf(stage, pod.tag), pod.env);
  try {
    for (const url of [pod.live, pod.ready]) await service.ready(url, readyLimit);
    requireRelease(await (await fetch(pod.url)).text(), pod.tag);
  } finally {
    await service.stop(stopLimit);
  }
}

async function render(stage: Stage, environment: string, values: string): Promise<Pod> {
  const tag = readImage({ path: valuesPath(environment), bytes: Buffer.from(values) })?.tag;
  if (tag === undefined) throw new Failure('rehearsal-failed', `${environment} runs nothing on main.`, 'See above.');
  // Each sync looks at Git anew.
  const folder = `argocd-${environment}-${randomUUID()}`;
  await checkOut(stage, folder, tag);
  const file = join(stage.folder, `${folder}.yaml`);
  await writeFile(file, values);
  const rule = {
    path: applicationSetPath,
    bytes: Buffer.from(await readFromMain(stage, applicationSetPath)),
  };
  const { chart, release: name, namespace } = parseApplicationSet(rule, environment);
  const manifests = await renderChart({
    chart: join(stage.folder, folder, chart),
    name,
    namespace,
    values: [file],
    signal: stage.signal,
  });
  return parseManifests(manifests, tag);
}

function requireRelease(about: string, tag: string): void {
  const { release } = z.object({ release: z.string() }).parse(JSON.parse(about));
  if (release === tag) return;
  throw new Failure(
    'rehearsal-failed',
    `The service says that it is ${release}, and not ${tag}.`,
    'Look at src/build.ts.',
  );
}

function parseManifests(manifests: string, tag: string): Pod {
  const objects = parseYaml('the rendered chart', manifests, '1.1').map((parsed) => toValue(parsed));
  const [pod] = objects.flatMap((object) => deployment.safeParse(object).data?.spec.template.spec.containers ?? []);
  if (!pod) throw new Failure('invalid-chart', 'The chart rendered no Deployment that could be started.', manifests);
  const address = (port: string) => {
    const number = pod.ports.find((candidate) => candidate.name === port)?.containerPort;
    return `http://127.0.0.1:${String(number)}`;
  };
  const addressOf = ({ httpGet: { path, port } }: z.infer<typeof probe>) => address(port) + path;
  const config = objects.flatMap((object) => Object.entries(configMap.safeParse(object).data?.data ?? {}));
  const env = Object.fromEntries([...config, ...pod.env.map(({ name, value }) => [name, value] as const)]);
  return {
    tag,
    env: { ...readRequired(env), ...env },
    live: addressOf(pod.livenessProbe),
    ready: addressOf(pod.readinessProbe),
    url: address(pod.readinessProbe.httpGet.port),
  };
}

/** What comes from a secret in the cluster comes from the environment of the rehearsal. */
function readRequired(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const lacking = listVariables().filter(({ name, required }) => required && env[name] === undefined);
  const schema = z.object(Object.fromEntries(lacking.map(({ name }) => [name, z.string()])));
  return parseVariables(schema, process.env, 'Set it for npm run rehearse, to what the service may use there.');
}
