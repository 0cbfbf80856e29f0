import { z } from 'zod';
import { Failure } from '../shell/failure.ts';
import { parseShape } from '../release/shape.ts';
import type { YamlFile } from '../release/yaml-file.ts';

/** Where the rule is, in the repository, by which Argo CD makes an Application of each environment. */
export const applicationSetPath = 'environments/argocd/applicationset.yaml';

/** What Argo CD makes of an environment. */
export interface ApplicationNames {
  application: string;
  project: string;
  /** The chart's folder in the repository, and what it is rendered as. */
  chart: string;
  release: string;
  namespace: string;
}

const shape = z.object({
  spec: z.object({
    template: z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({
        project: z.string(),
        source: z.object({ path: z.string(), helm: z.object({ releaseName: z.string() }) }),
        destination: z.object({ namespace: z.string() }),
      }),
    }),
  }),
});

/**
 * Names what an ApplicationSet generates for an environment, by the one expression that such a name may hold.
 * @throws {Failure} `invalid-file` when it says it in another way.
 */
export function parseApplicationSet(file: YamlFile, environment: string): ApplicationNames {
  const hint = 'environments/README.md says what the ApplicationSet is for.';
  const { metadata, spec } = parseShape(shape, file, { code: 'invalid-file', hint }).spec.template;
  const evaluate = (template: string) => {
    const name = template.replace(/\{\{\s*\.file\.path\.basename\s*\}\}/g, environment);
    if (!name.includes('{{')) return name;
    throw new Failure(
      'invalid-file',
      `${file.path}: ${JSON.stringify(template)} is no name that can be known here.`,
      'Write it with no other expression than {{ .file.path.basename }}.',
    );
  };
  return {
    application: evaluate(metadata.name),
    project: evaluate(spec.project),
    chart: evaluate(spec.source.path),
    release: evaluate(spec.source.helm.releaseName),
    namespace: evaluate(spec.destination.namespace),
  };
}
