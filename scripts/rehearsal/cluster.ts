import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { renderChart } from '../cluster/helm.ts';
import { Failure } from '../failure.ts';
import { readImage, valuesPath } from '../release/values.ts';
import { Service } from '../service.ts';
import { checkOut, readFromMain } from './gitlab.ts';
import { programOf } from './pipeline.ts';
import type { BuiltRelease } from './pipeline.ts';
import type { Stage } from './stage.ts';

/** What the rehearsal takes from a rendered Deployment to start a pod without a cluster. */
export interface PodTemplate {
  env: NodeJS.ProcessEnv;
  /** The addresses of the probes on this machine. */
  live: string;
  ready: string;
  /** The address of the service on this machine. */
  url: string;
}

const name = 'nestjs-service';
const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) });
const container = z.object({
  env: z.array(z.object({ name: z.string(), value: z.string() })),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
  livenessProbe: probe,
  readinessProbe: probe,
});
const deployment = z.object({
  kind: z.literal('Deployment'),
  spec: z.object({ template: z.object({ spec: z.object({ containers: z.tuple([container]) }) }) }),
});

/** Renders an environment as Argo CD does: the chart of the release that `main` names, with the values on `main`. */
export async function render(stage: Stage, environment: string): Promise<PodTemplate> {
  const path = valuesPath(environment);
  const values = await readFromMain(stage, path);
  const tag = readImage({ path, bytes: Buffer.from(values) })?.tag;
  if (tag === undefined) throw notDeployed(environment);
  const folder = `argocd-${environment}-${tag}`;
  await checkOut(stage, folder, tag);
  const file = join(stage.folder, `${folder}.yaml`);
  await writeFile(file, values);
  const manifests = await renderChart({
    chart: join(stage.folder, folder, 'helm-chart'),
    name,
    namespace: `${name}-${environment}`,
    values: [file],
    signal: stage.signal,
  });
  return parseManifests(manifests);
}

/**
 * Starts the built release as the Deployment says, and waits until its probes pass.
 * @throws {Failure} `unhealthy` when they do not.
 */
export async function startPod(
  { env, live, ready }: PodTemplate,
  stage: Stage,
  built: BuiltRelease,
): Promise<Service> {
  const service = new Service(programOf(stage, built.folder), env);
  try {
    for (const url of [live, ready]) await service.ready(url, 15_000);
    return service;
  } catch (error) {
    service.signal('SIGKILL');
    throw error;
  }
}

function parseManifests(manifests: string): PodTemplate {
  const objects = parseAllDocuments(manifests).map((document) => document.toJS() as unknown);
  const [pod] = objects.flatMap(
    (object) => deployment.safeParse(object).data?.spec.template.spec.containers ?? [],
  );
  if (!pod)
    throw new Failure('invalid-chart', 'The chart rendered no Deployment that could be started.', manifests);
  const address = (port: string) => {
    const number = pod.ports.find((candidate) => candidate.name === port)?.containerPort;
    return `http://127.0.0.1:${String(number)}`;
  };
  const addressOf = ({ httpGet: { path, port } }: z.infer<typeof probe>) => address(port) + path;
  return {
    env: Object.fromEntries(pod.env.map(({ name, value }) => [name, value])),
    live: addressOf(pod.livenessProbe),
    ready: addressOf(pod.readinessProbe),
    url: address(pod.readinessProbe.httpGet.port),
  };
}

function notDeployed(environment: string): Failure {
  return new Failure(
    'rehearsal-failed',
    `${environment} runs nothing on main.`,
    'Look at what the deploy printed.',
  );
}
