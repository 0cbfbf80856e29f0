import { expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { applicationSetPath, parseApplicationSet, parseSources } from '../../scripts/argocd/applicationset.ts';

const hint = 'environments/README.md says what the ApplicationSet is for.';
const usual = {
  name: 'orders-{{ .file.path.basename }}',
  project: 'orders',
  path: 'charts/orders',
  releaseName: 'orders',
  namespace: 'orders-{{.file.path.basename}}',
};

test('names are those of the environment', () => {
  expect(parse({})).toEqual({
    application: 'orders-dev',
    project: 'orders',
    chart: 'charts/orders',
    release: 'orders',
    namespace: 'orders-dev',
  });
});

test.each([
  ...['--post-renderer=/bin/sh', '-x', '', 'Orders', '../orders', 'or ders', 'orders-'].map((releaseName) => ({
    given: { releaseName },
  })),
  ...['--kubeconfig', '-'].map((namespace) => ({ given: { namespace } })),
  { given: { project: '--insecure' } },
  { given: { name: '../../session' } },
])('a word that Kubernetes takes for no name is refused before it reaches a program: $given', ({ given }) => {
  const [word = ''] = Object.values(given);
  expect(() => parse(given)).toThrow(
    expect.objectContaining({
      code: 'invalid-file',
      message: `${applicationSetPath}: ${JSON.stringify(word)} is not a name that Kubernetes accepts.`,
      hint,
    }),
  );
});

test.each([
  '--repo=https://example.com',
  '-chart',
  '..',
  '../chart',
  'charts/../..',
  '/etc',
  './chart',
  'charts//x',
  'charts/',
  '',
])('a path that leads out of the repository, or would pass for an option, is refused: %j', (path) => {
  expect(() => parse({ path })).toThrow(
    expect.objectContaining({
      code: 'invalid-file',
      message: `${applicationSetPath}: ${JSON.stringify(path)} is not the path of a folder in the repository.`,
      hint,
    }),
  );
});

test('a name by another expression is told as what it is', () => {
  expect(() => parse({ releaseName: '{{ .image.tag }}' })).toThrow(
    expect.objectContaining({
      message: `${applicationSetPath}: "{{ .image.tag }}" is not a name that can be evaluated here.`,
    }),
  );
});

test('the places where environments are found are those of the Git generators', () => {
  const git = { repoURL: 'https://gitlab.example.com/group/orders.git', revision: 'trunk' };
  const generators = [{ git: { ...git, files: [] } }, { list: { elements: [] } }];
  expect(parseSources(write({ generators }))).toEqual([git]);
});

function parse(given: Partial<typeof usual>) {
  const { name, project, path, releaseName, namespace } = { ...usual, ...given };
  const spec = { project, source: { path, helm: { releaseName } }, destination: { namespace } };
  return parseApplicationSet(write({ template: { metadata: { name }, spec } }), 'dev');
}

function write(spec: object) {
  return { path: applicationSetPath, bytes: Buffer.from(stringify({ spec })) };
}
