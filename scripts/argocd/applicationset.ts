import { z } from 'zod';
import { Failure } from '../shell/failure.ts';
import { parseShape } from '../release/shape.ts';
import type { YamlFile } from '../release/yaml-file.ts';

/** The path of the rule by which Argo CD makes an Application of each environment. */
export const applicationSetPath = 'environments/argocd/applicationset.yaml';

/** What Argo CD makes of an environment. */
export type ApplicationNames = ReturnType<typeof parseApplicationSet>;

const source = z.object({ path: z.string(), helm: z.object({ releaseName: z.string() }) });
const spec = z.object({ project: z.string(), source, destination: z.object({ namespace: z.string() }) });
const template = z.object({ metadata: z.object({ name: z.string() }), spec });
const shape = z.object({ spec: z.object({ template }) });

const readme = { code: 'invalid-file', hint: 'environments/README.md says what the ApplicationSet is for.' } as const;

// These become arguments of Helm and of Git: none may look like an option, and no path may leave the repository.
const objectName = { form: /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/, words: 'not a name that Kubernetes accepts' };
const folderPath = {
  form: /^(?!-)(?!.*(^|\/)\.{0,2}(\/|$))[^\p{Cc}\\]+$/u,
  words: 'not the path of a folder in the repository',
};

/** Names what an ApplicationSet generates for an environment, by the one expression that such a name may hold. */
export function parseApplicationSet(file: YamlFile, environment: string) {
  const { metadata, spec } = parseShape(shape, file, readme).spec.template;
  const fault = (text: string, words: string, hint: string = readme.hint) =>
    new Failure('invalid-file', `${file.path}: ${JSON.stringify(text)} is ${words}.`, hint);
  const evaluate = (template: string, { form, words } = objectName) => {
    const text = template.replace(/\{\{\s*\.file\.path\.basename\s*\}\}/g, environment);
    if (text.includes('{{')) {
      const hint = 'Write it with no other expression than {{ .file.path.basename }}.';
      throw fault(template, 'not a name that can be evaluated here', hint);
    }
    if (!form.test(text)) throw fault(text, words);
    return text;
  };
  return {
    application: evaluate(metadata.name),
    project: evaluate(spec.project),
    /** The chart's folder in the repository, and what it is rendered as. */
    chart: evaluate(spec.source.path, folderPath),
    release: evaluate(spec.source.helm.releaseName),
    namespace: evaluate(spec.destination.namespace),
  };
}

const git = z.object({ repoURL: z.string(), revision: z.string() });
const generators = z.array(z.object({ git: git.optional() }));
const generatorShape = z.object({ spec: z.object({ generators }) });

/** The places where an ApplicationSet finds the environments: a repository, and its branch. */
export function parseSources(file: YamlFile): { repoURL: string; revision: string }[] {
  const { generators } = parseShape(generatorShape, file, readme).spec;
  return generators.flatMap(({ git }) => (git ? [git] : []));
}
