import { describe, expect, test } from '@jest/globals';
import { expandApplicationSet, type ApplicationSet } from '../support/argocd/applicationset.ts';

const files = {
  'environments/dev/values.yaml': 'image: { tag: "12345678" }\nports: [80, 81]\n',
  'environments/new/values.yaml': 'image: { tag: "" }\n',
  'environments/argocd/project.yaml': 'kind: AppProject\n',
  'environments/deep/er/values.yaml': 'image: { tag: "1234567" }\n',
};

describe('the generator takes', () => {
  test('the files that the pattern matches, a star for one folder, and that the selector lets through', () => {
    expect(names('{{ .file.path.basename }}')).toEqual(['dev']);
  });

  test("a file's own keys as parameters, and where it was found apart from them", () => {
    expect(names('{{ .image.tag }} {{ .file.path.path }} {{ .file.path.filename }}')).toEqual([
      '12345678 environments/dev values.yaml',
    ]);
  });

  test('what a template writes as YAML without the place, strings that look like numbers in quotes', () => {
    expect(names('{{ toYaml (omit . "file") }}')).toEqual([
      'image:\n  tag: "12345678"\nports:\n  - 80\n  - 81',
    ]);
  });
});

describe('as with the controller, it is an error', () => {
  test.each([
    ['to name a key that is not there', '{{ .image.digest }}'],
    ['to name a key below one that is not there', '{{ .nothing.at.all }}'],
  ])('%s', (_, template) => {
    expect(() => names(template)).toThrow(/^There is no string at \./);
  });

  test.each([
    '{{ normalize .image.tag }}',
    '{{ if .image }}x{{ end }}',
    '{{ toYaml . }}',
    '{{ .image | toJson }}',
  ])('to use what the tests do not know: %s', (template) => {
    expect(() => names(template)).toThrow(/^The expression .* is not known here\.$/);
  });

  test('to select by another operator', () => {
    expect(() => names('x', 'Exists')).toThrow('The operator Exists is not known here.');
  });
});

function names(name: string, operator = 'NotIn'): string[] {
  const set: ApplicationSet = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'set' },
    spec: {
      generators: [
        {
          git: {
            repoURL: 'https://gitlab.example.com/group/service.git',
            files: [{ path: 'environments/*/values.yaml' }],
            pathParamPrefix: 'file',
          },
          selector: { matchExpressions: [{ key: 'image.tag', operator, values: [''] }] },
        },
      ],
      template: {
        metadata: { name },
        spec: {
          source: { targetRevision: 'main', helm: { releaseName: 'service', values: '' } },
          destination: { server: 'https://kubernetes.default.svc', namespace: 'service' },
        },
      },
    },
  };
  return expandApplicationSet(set, files).map(({ metadata }) => metadata.name);
}
