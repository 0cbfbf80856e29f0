import { describe, expect, test } from '@jest/globals';
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expandApplicationSet, matchesPathspec } from '../support/argocd/applicationset.ts';
import type { ApplicationSet } from '../support/argocd/applicationset.ts';
import { git } from '../support/git/git.ts';

const files = {
  'environments/dev/values.yaml': 'image: { tag: "12345678" }\nports: [80, 81]\n',
  'environments/far/values.yaml': 'image: { tag: "1234567" }\ncluster: moon\n',
  'environments/new/values.yaml': 'image: { tag: "" }\n',
  'environments/old/values.yaml': 'image: {}\n',
  'environments/argocd/project.yaml': 'kind: AppProject\n',
  'environments/deep/er/values.yaml': 'image: { tag: "1234567" }\n',
};

test.each(['environments/*/values.yaml', 'environments/*/*/values.yaml', '*', 'environments/dev/*'])(
  'the pattern %s takes what git ls-files lists for it',
  async (pattern) => {
    const paths = [...Object.keys(files), 'values.yaml', 'environments/values.yaml', 'environments/a/b/c/values.yaml'];
    await using folder = await mkdtempDisposable(join(tmpdir(), 'pathspec-'));
    for (const path of paths) {
      await mkdir(dirname(join(folder.path, path)), { recursive: true });
      await writeFile(join(folder.path, path), '');
    }
    await git(folder.path, ['init', '--quiet']);
    await git(folder.path, ['add', '.']);
    const listed = (await git(folder.path, ['ls-files', '--', pattern])).split('\n');
    expect(paths.filter((path) => matchesPathspec(path, pattern)).sort()).toEqual(listed);
  },
);

describe('the generator takes', () => {
  test('the files that a pattern matches, that none excludes, and that the selector lets through', () => {
    expect(names('{{ .file.path.path }}')).toEqual(['environments/dev', 'environments/far']);
  });

  test('files in deeper folders too where none excludes them, for a star crosses folders', () => {
    expect(names('{{ .file.path.path }}', { exclude: [] })).toContain('environments/deep/er');
  });

  test('a key that is there or not, and what stands for it', () => {
    expect(names('{{ dig "cluster" "" . | default "in-cluster" }}')).toEqual(['in-cluster', 'moon']);
  });

  test("a file's own keys as parameters, and where it was found apart from them", () => {
    expect(names('{{ .image.tag }} {{ .file.path.path }} {{ .file.path.filename }}')).toEqual([
      '12345678 environments/dev values.yaml',
      '1234567 environments/far values.yaml',
    ]);
  });

  test('what a template writes as YAML without the place, strings that look like numbers in quotes', () => {
    expect(names('{{ toYaml (omit . "file") }}')[0]).toBe('image:\n  tag: "12345678"\nports:\n  - 80\n  - 81');
  });
});

describe('as with the controller, it is an error', () => {
  test.each([
    ['to name a key that is not there', '{{ .image.digest }}'],
    ['to name a key below one that is not there', '{{ .nothing.at.all }}'],
  ])('%s', (_, template) => {
    expect(() => names(template)).toThrow(/^There is no string at \./);
  });

  test.each(['{{ normalize .image.tag }}', '{{ if .image }}x{{ end }}', '{{ toYaml . }}', '{{ .image | toJson }}'])(
    'to use what the tests do not know: %s',
    (template) => {
      expect(() => names(template)).toThrow(/^The expression .* is not known here\.$/);
    },
  );

  test('to select by another operator', () => {
    expect(() => names('x', { operator: 'In' })).toThrow('The operator In is not known here.');
  });
});

function names(
  name: string,
  { operator = 'NotIn', exclude = ['environments/*/*/values.yaml'] }: { operator?: string; exclude?: string[] } = {},
): string[] {
  const set: ApplicationSet = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'set' },
    spec: {
      generators: [
        {
          git: {
            repoURL: 'https://gitlab.example.com/group/service.git',
            files: [...exclude.map((path) => ({ path, exclude: true })), { path: 'environments/*/values.yaml' }],
            pathParamPrefix: 'file',
          },
          selector: {
            matchExpressions: [
              { key: 'image.tag', operator: 'Exists' },
              { key: 'image.tag', operator, values: [''] },
            ],
          },
        },
      ],
      template: {
        metadata: { name },
        spec: {
          source: { targetRevision: 'main', helm: { releaseName: 'service', values: '' } },
          destination: { name: 'in-cluster', namespace: 'service' },
        },
      },
    },
  };
  return expandApplicationSet(set, files).map(({ metadata }) => metadata.name);
}
