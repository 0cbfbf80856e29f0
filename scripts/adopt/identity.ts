import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { applicationSetPath, parseSources } from '../argocd/applicationset.ts';
import { readYaml } from '../branch/checkout-environments.ts';
import { readScalar } from '../release/scalars.ts';
import { Failure } from '../shell/failure.ts';

/** What makes a copy of this repository somebody's own: what each part is, and the form that it has. */
export const parts = {
  // Kubernetes' names are made of it and an environment's name.
  name: {
    is: 'the name of the service, such as payments',
    form: /^[a-z]([-a-z0-9]{0,28}[a-z0-9])?$/,
    words: 'at most 30 lowercase letters, digits and dashes',
  },
  group: {
    is: 'the groups that the GitLab project is in, such as acme/backend',
    form: /^\w[-.\w]*(\/\w[-.\w]*)*$/,
    words: 'a path such as acme/backend',
  },
  host: {
    is: 'the host of GitLab, such as gitlab.acme.example',
    form: /^[a-z0-9][-.a-z0-9]*(:\d+)?$/,
    words: 'a host such as gitlab.example.com',
  },
  // With the path before the name, if there is one.
  registry: {
    is: 'the host of the registry, such as 123456789012.dkr.ecr.eu-west-1.amazonaws.com',
    form: /^[a-z0-9][-.a-z0-9]*(:\d+)?(\/[a-z0-9][-._a-z0-9]*)*$/,
    words: 'a host such as 123456789012.dkr.ecr.eu-west-1.amazonaws.com',
  },
  branch: {
    is: 'the branch that is merged to and delivered from',
    form: /^(?!.*(\.\.|\/\/|@\{|\.lock$))[\w][-./\w]*[-\w]$/,
    words: 'the name of a branch',
  },
};

export type Identity = Record<keyof typeof parts, string>;

/** The names of all parts. */
export const partNames = Object.keys(parts) as (keyof Identity)[];

const valuesPath = 'helm-chart/values.yaml';

/** Gives a part of an identity that has its form, and refuses any other: `usage`. */
export function parsePart(part: keyof Identity, text: string): string {
  const { form, words } = parts[part];
  if (form.test(text)) return text;
  const message = `--${part} must be ${words}, but got ${JSON.stringify(text)}.`;
  throw new Failure('usage', message, 'Its --help says what each option is.');
}

/** Makes sure that each part of an identity is given, in its form: `usage`, with all that are missing. */
export function requireIdentity(given: Partial<Identity>, hint: string): Identity {
  const missing = partNames.filter((part) => given[part] === undefined);
  if (missing.length === 0)
    return Object.fromEntries(partNames.map((part) => [part, parsePart(part, given[part] ?? '')])) as Identity;
  throw new Failure('usage', missing.map((part) => `--${part} is missing: ${parts[part].is}.`).join('\n'), hint);
}

/** Reads the identity that a checkout has, from the package, the ApplicationSet and the chart, as `adopt` writes it. */
export async function readIdentity(root: string): Promise<Identity> {
  const { name } = z.object({ name: z.string() }).parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  const [source] = parseSources(await readYaml(root, applicationSetPath));
  const repository = readScalar(await readYaml(root, valuesPath), ['image', 'repository']);
  const [, host, group] = /^https:\/\/([^/]+)\/(.+)\/[^/]+$/.exec(source?.repoURL ?? '') ?? [];
  const [, registry] = /^(.+)\/[^/]+$/.exec(repository) ?? [];
  if (source && host !== undefined && group !== undefined && registry !== undefined)
    return { name, host, group, registry, branch: source.revision };
  throw new Failure(
    'invalid-file',
    `${applicationSetPath} has the repoURL ${source?.repoURL ?? 'none'}, and ${valuesPath} the image ${repository}.`,
    'Write them as https://HOST/GROUP/NAME.git and REGISTRY/NAME.',
  );
}
