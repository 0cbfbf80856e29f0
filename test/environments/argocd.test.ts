import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, matchesGlob } from 'node:path';
import { parse } from 'yaml';
import { renderChart } from '../../scripts/helm/helm.ts';
import { readEnvironmentNames } from '../../scripts/branch/checkout-environments.ts';
import { replaceScalars } from '../../scripts/release/scalars.ts';
import { valuesPath } from '../../scripts/release/values.ts';
import { expectedWith, features } from '../chart/features.ts';
import { expandApplicationSet } from '../support/argocd/applicationset.ts';
import type { Application, ApplicationSet } from '../support/argocd/applicationset.ts';
import type { Manifest } from '../support/kubernetes/manifests.ts';
import { chart, release, renderEnvironment, root } from '../support/kubernetes/render.ts';
import { findSchemaFaults } from '../support/kubernetes/schemas.ts';

const names = await readEnvironmentNames(root);
const project = await readYaml<Manifest>('environments/argocd/project.yaml');
const applicationSet = await readYaml<ApplicationSet>('environments/argocd/applicationset.yaml');

/** The repository that the generator reads; the project allows it alone. */
const repository = applicationSet.spec.generators[0].git.repoURL;
const server = 'https://kubernetes.default.svc';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'argocd-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

test('Argo CD knows every field of the project and of the application set', async () => {
  expect(await findSchemaFaults(project)).toEqual([]);
  expect(await findSchemaFaults(applicationSet)).toEqual([]);
});

test('an environment that has run nothing has no application', async () => {
  const files = {
    ...(await readValues(names, release)),
    ...(await readValues(['dev'], { tag: '', digest: '' })),
  };
  const applications = expandApplicationSet(applicationSet, files);
  expect(applications.map(({ metadata }) => metadata.name)).toEqual([
    'nestjs-service-production',
    'nestjs-service-staging',
  ]);
});

test('a deleted folder deletes nothing in the cluster', () => {
  expect(applicationSet.spec).toMatchObject({
    syncPolicy: { applicationsSync: 'create-update', preserveResourcesOnDeletion: true },
  });
});

describe.each(names)('the application of %s', (environment) => {
  test('runs the chart as it stood in the release, with the values as they stand now', async () => {
    const files = await readValues([environment], release);
    const application = await expand(environment, release);
    expect(application).toEqual({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: `nestjs-service-${environment}` },
      spec: {
        project: 'nestjs-service',
        source: {
          repoURL: repository,
          targetRevision: release.tag,
          path: 'helm-chart',
          helm: { releaseName: 'nestjs-service', values: expect.any(String) },
        },
        destination: { server, namespace: `nestjs-service-${environment}` },
        syncPolicy: {
          automated: { prune: true, selfHeal: true },
          retry: { limit: 10, refresh: true, backoff: { duration: '10s', factor: 2, maxDuration: '3m' } },
          syncOptions: ['CreateNamespace=true'],
          managedNamespaceMetadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
        },
      },
    });
    expect(parse(application.spec.source.helm.values)).toEqual(parse(files[valuesPath(environment)] ?? ''));
    expect(await findSchemaFaults(application)).toEqual([]);
  });

  test('renders what the environment renders', async () => {
    expect(await renderApplication(await expand(environment, release))).toBe(
      await renderEnvironment(environment),
    );
  });

  test('goes where the project allows', async () => {
    const { spec } = await expand(environment, release);
    expect(project.metadata).toEqual({ name: spec.project, namespace: applicationSet.metadata.namespace });
    expect(matchesGlob(spec.destination.namespace, 'nestjs-service-*')).toBe(true);
  });
});

test.each(['12345678', '01234567', '1234e567', '0b101101'])(
  'the tag %s goes through Argo CD to the letter',
  async (tag) => {
    const application = await expand('dev', { ...release, tag });
    expect(application.spec.source.targetRevision).toBe(tag);
    expect(await renderApplication(application)).toContain(`name: RELEASE\n              value: "${tag}"`);
  },
);

test('the project allows the kinds of the chart and no other, and no namespace but its own', () => {
  const objects = [[], ...features.map((feature) => [feature])]
    .flatMap((on) => Object.values(expectedWith(on)))
    // What somebody adds by `extra.objects` they also allow.
    .filter(({ kind }) => kind !== 'PersistentVolumeClaim');
  const kinds = new Map(
    objects.map(({ apiVersion, kind }) => [
      kind,
      { group: apiVersion.includes('/') ? apiVersion.split('/')[0] : '', kind },
    ]),
  );
  expect(project.spec).toEqual({
    sourceRepos: [repository],
    destinations: [{ server, namespace: 'nestjs-service-*' }],
    clusterResourceWhitelist: [{ group: '', kind: 'Namespace', name: 'nestjs-service-*' }],
    namespaceResourceWhitelist: [...kinds.values()].sort((a, b) => a.kind.localeCompare(b.kind)),
  });
});

async function expand(environment: string, image: typeof release): Promise<Application> {
  const [application] = expandApplicationSet(applicationSet, await readValues([environment], image));
  if (!application) throw new Error(`There is no application for ${environment}.`);
  return application;
}

async function renderApplication({ spec }: Application): Promise<string> {
  const file = join(folder, `${spec.destination.namespace}-${spec.source.targetRevision}.yaml`);
  await writeFile(file, spec.source.helm.values);
  return renderChart({
    chart,
    name: spec.source.helm.releaseName,
    namespace: spec.destination.namespace,
    values: [file],
  });
}

/** The values files by their paths, as they are on main once the image has been delivered to them. */
async function readValues(
  environments: readonly string[],
  { tag, digest }: typeof release,
): Promise<Record<string, string>> {
  const entries = environments.map(async (environment) => {
    const path = valuesPath(environment);
    const delivered = replaceScalars({ path, bytes: await readFile(join(root, path)) }, [
      { path: ['image', 'tag'], value: tag },
      { path: ['image', 'digest'], value: digest },
    ]);
    return [path, Buffer.from(delivered).toString()];
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<string, string>;
}

async function readYaml<T>(path: string): Promise<T> {
  return parse(await readFile(join(root, path), 'utf8')) as T;
}
