import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, parseDocument, Scalar } from 'yaml';
import { applicationSetPath, parseApplicationSet } from '../../scripts/argocd/applicationset.ts';
import { projectsPath } from '../../scripts/argocd/projects.ts';
import { renderChart } from '../../scripts/helm/helm.ts';
import { flowPath, parseFlow } from '../../scripts/release/flow.ts';
import { valuesPath } from '../../scripts/release/values.ts';
import { expectedWith, features } from '../chart/features.ts';
import { expandApplicationSet } from '../support/argocd/applicationset.ts';
import type { Application, ApplicationSet } from '../support/argocd/applicationset.ts';
import type { Manifest } from '../support/kubernetes/manifests.ts';
import { chart, release, root } from '../support/kubernetes/render.ts';
import { findSchemaFaults } from '../support/kubernetes/schemas.ts';

interface Project extends Manifest {
  spec: { namespaceResourceWhitelist: { group: string; kind: string }[]; [field: string]: unknown };
}

const read = async (path: string) => ({ path, bytes: await readFile(join(root, path)) });
const setFile = await read(applicationSetPath);
const applicationSet = parse(setFile.bytes.toString()) as ApplicationSet;
const { items: projects } = parse((await read(projectsPath)).bytes.toString()) as { items: Project[] };
const names = parseFlow(await read(flowPath)).environments.map(({ name }) => name);

const revision = 'b'.repeat(40);
/** What all projects allow alike is that of the first one. */
const [anyProject] = projects;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'argocd-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

test('Argo CD knows every field of the projects and of the application set', async () => {
  for (const object of [...projects, applicationSet]) expect(await findSchemaFaults(object)).toEqual([]);
});

test('an environment that has run nothing has no application, nor has one whose values name no whole commit', async () => {
  const [first = '', ...others] = names;
  for (const none of ['', undefined]) {
    const files = {
      ...(await deliverAll(others)),
      ...(await deliverAll([first], { ...release, revision: none })),
    };
    expect(expandApplicationSet(applicationSet, files)).toHaveLength(others.length);
  }
});

test('a values file in a deeper folder makes no application', async () => {
  const files = await deliverAll(names);
  const nested = Object.entries(files).map(([path, text]) => [path.replace('/values', '/more/values'), text]);
  expect(expandApplicationSet(applicationSet, Object.fromEntries(nested) as typeof files)).toEqual([]);
});

test('a deleted folder deletes nothing in the cluster', () => {
  expect(applicationSet.spec).toMatchObject({
    syncPolicy: { applicationsSync: 'create-update', preserveResourcesOnDeletion: true },
  });
});

describe.each(names)('the application of %s', (environment) => {
  const known = parseApplicationSet(setFile, environment);

  test('runs the chart as it stood in the release, with the values as they stand now', async () => {
    const files = await deliverAll([environment]);
    const application = await expand(environment);
    expect(application).toMatchObject({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: known.application },
      spec: {
        source: { targetRevision: revision, path: known.chart, helm: { releaseName: known.release } },
        syncPolicy: { automated: { prune: true, selfHeal: true } },
      },
    });
    expect(parse(application.spec.source.helm.values)).toEqual(parse(files[valuesPath(environment)] ?? ''));
    expect(await findSchemaFaults(application)).toEqual([]);
  });

  test('renders what the chart renders with the values file', async () => {
    const application = await expand(environment);
    const files = await deliverAll([environment]);
    expect(await render(application)).toBe(await render(application, files[valuesPath(environment)]));
  });

  test('has a project of its own, which lets it into its own namespace and nowhere else', async () => {
    const { spec } = await expand(environment);
    const { name, namespace } = spec.destination;
    expect(projects.filter(({ metadata }) => metadata.name === spec.project)).toEqual([
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'AppProject',
        metadata: { name: known.project, namespace: applicationSet.metadata.namespace },
        spec: {
          sourceRepos: [applicationSet.spec.generators[0].git.repoURL],
          destinations: [{ name, namespace }],
          clusterResourceWhitelist: [{ group: '', kind: 'Namespace', name: namespace }],
          namespaceResourceWhitelist: anyProject?.spec.namespaceResourceWhitelist,
        },
      },
    ]);
  });
});

test('no two environments share an application, a project or a namespace', () => {
  for (const field of ['application', 'project', 'namespace'] as const) {
    expect(new Set(names.map((name) => parseApplicationSet(setFile, name)[field])).size).toBe(names.length);
  }
});

test('a cluster that the values name is where the application goes', async () => {
  const [first = ''] = names;
  const far = parseDocument((await deliverAll([first]))[valuesPath(first)] ?? '');
  far.set('cluster', 'moon');
  const [application] = expandApplicationSet(applicationSet, { [valuesPath(first)]: far.toString() });
  expect(application?.spec.destination.name).toBe('moon');
});

test.each(['12345678', '01234567', '1234e567', '0b101101'])(
  'the tag %s goes through Argo CD to the letter',
  async (tag) => {
    const application = await expand(names[0], { ...release, tag, revision });
    expect(await render(application)).toContain(`name: RELEASE\n              value: "${tag}"`);
  },
);

test('the projects allow the kinds of the chart', () => {
  const objects = [[], ...features.map((feature) => [feature])]
    .flatMap((on) => Object.values(expectedWith(on)))
    // What somebody adds by `extra.objects` they also allow.
    .filter(({ kind }) => kind !== 'PersistentVolumeClaim');
  const kinds = objects.map(({ apiVersion, kind }) => {
    return { group: apiVersion.includes('/') ? apiVersion.split('/')[0] : '', kind };
  });
  expect(anyProject?.spec.namespaceResourceWhitelist).toEqual(expect.arrayContaining(kinds));
});

test('the projects let Argo CD show the pods of a Deployment', () => {
  expect(anyProject?.spec.namespaceResourceWhitelist).toEqual(
    expect.arrayContaining([
      { group: 'apps', kind: 'ReplicaSet' },
      { group: '', kind: 'Pod' },
    ]),
  );
});

/** What a delivery writes, and what one of before the revision wrote. */
interface Delivered {
  tag: string;
  digest: string;
  revision: string | undefined;
}

async function expand(environment = '', image?: Delivered): Promise<Application> {
  const [application] = expandApplicationSet(applicationSet, await deliverAll([environment], image));
  if (!application) throw new Error(`There is no application for ${environment}.`);
  return application;
}

async function render({ spec }: Application, values = spec.source.helm.values): Promise<string> {
  const file = join(folder, `${spec.destination.namespace}.yaml`);
  await writeFile(file, values);
  return renderChart({
    chart,
    name: spec.source.helm.releaseName,
    namespace: spec.destination.namespace,
    values: [file],
  });
}

/** The values files by their paths, as they are on main once the image has been delivered to them. */
async function deliverAll(
  environments: readonly string[],
  image: Delivered = { ...release, revision },
): Promise<Record<string, string>> {
  const entries = environments.map(async (environment) => {
    const path = valuesPath(environment);
    const document = parseDocument((await read(path)).bytes.toString());
    for (const [key, value] of Object.entries(image)) {
      if (value === undefined) document.deleteIn(['image', key]);
      else document.setIn(['image', key], Object.assign(new Scalar(value), { type: Scalar.QUOTE_DOUBLE }));
    }
    return [path, document.toString()];
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<string, string>;
}
