import { z } from 'zod';
import { Failure } from '../shell/failure.ts';
import { parseTag } from '../release/image.ts';
import { isFilled, parseVariables } from '../shell/variables.ts';

/**
 * Reads what `publish` needs from the environment: ECR when ECR_REPOSITORY_URL is there, even empty, else the
 * registry of CI_REGISTRY. An empty variable counts as missing.
 * @throws {Failure} `missing-variable` that names all of them, `usage` or `invalid-tag` for a value that is not valid.
 */
export function parsePublishSettings(env: NodeJS.ProcessEnv) {
  const isBasic = env.ECR_REPOSITORY_URL === undefined && env.CI_REGISTRY !== undefined;
  return isBasic ? parseBasic(env) : parseEcr(env);
}

/** Amazon's registry: without a role here, the SDK finds the credentials. */
export type EcrSettings = ReturnType<typeof parseEcr>['registry'];
/** Any registry that takes a user and a password, such as GitLab's own. */
export type BasicSettings = ReturnType<typeof parseBasic>['registry'];
/** Where images go: `host/name` is the repository, as an image reference writes it. */
export type RegistrySettings = EcrSettings | BasicSettings;
export type PublishSettings = ReturnType<typeof parsePublishSettings>;

const nameForm = /^[a-z0-9][a-z0-9._/-]*$/;

const build = {
  CI_COMMIT_SHORT_SHA: z.string(),
  BUILD_ARGS: z
    .string()
    .default('')
    .transform((text) => text.split(/\s+/).filter((item) => item !== ''))
    .pipe(z.array(z.string().regex(/^[A-Za-z_]\w*=/, 'is not of the form NAME=VALUE'))),
};

const ecrVariables = {
  ECR_REPOSITORY_URL: z
    .string()
    .regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/, 'is not of the form <account>.dkr.ecr.<region>.amazonaws.com'),
  AWS_REGION: z.string(),
  PROJECT_NAME: z.string().regex(nameForm, 'must be a repository name of lowercase letters, digits and ._/-'),
  ...build,
};

const keyVariables = { AWS_ACCESS_KEY_ID: z.string(), AWS_SECRET_ACCESS_KEY: z.string() };

function parseEcr(env: NodeJS.ProcessEnv) {
  // Keys come as a pair: one alone is a slip, none at all leaves the credentials to a role.
  const hasKeys = Object.keys(keyVariables).some((name) => isFilled(env[name]));
  const variables = parseVariables(
    z.object({ ...ecrVariables, ...(hasKeys && keyVariables) }),
    { ...env, PROJECT_NAME: isFilled(env.PROJECT_NAME) ? env.PROJECT_NAME : env.CI_PROJECT_NAME },
    'Set them in the CI/CD settings, and AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY unless a role is used. ' +
      'For another registry than ECR, set CI_REGISTRY, CI_REGISTRY_IMAGE, CI_REGISTRY_USER, CI_REGISTRY_PASSWORD.',
  );
  const { AWS_REGION: region, ECR_REPOSITORY_URL: url } = variables;
  const [host = url, ...path] = url.split('/');
  const [, registryId, hostRegion] = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\./.exec(host) ?? [];
  if (hostRegion !== undefined && hostRegion !== region) {
    throw new Failure(
      'usage',
      `AWS_REGION: ${JSON.stringify(region)} is not the region of ECR_REPOSITORY_URL, ${JSON.stringify(url)}.`,
      `Set AWS_REGION to ${hostRegion}, or ECR_REPOSITORY_URL to the registry in ${region}.`,
    );
  }
  const name = [...path, variables.PROJECT_NAME].join('/');
  return {
    // The account that owns the registry is known where the host tells it.
    registry: { kind: 'ecr' as const, host, name, region, registryId, role: hasKeys ? undefined : findRole(env) },
    /** A combination that is allowed, and hardly meant. */
    warning: hasKeys && isFilled(env.AWS_ROLE_ARN) ? bothWarning : undefined,
    ...buildOf(variables),
  };
}

const bothWarning =
  'Warning: both keys and a role are set. AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are used, and AWS_ROLE_ARN ' +
  'is not. Remove the keys from the CI/CD settings to use the role.';

/**
 * Finds the role that the job takes on with its ID token, where there are no keys: they come before a role, as everywhere in
 * the SDK, and a token's file is left to the SDK too.
 * @throws {Failure} `missing-variable` for a role without any token: the SDK would go on as somebody else.
 */
function findRole(env: NodeJS.ProcessEnv) {
  const { AWS_ROLE_ARN: arn, AWS_ID_TOKEN: token } = env;
  if (!isFilled(arn) || isFilled(env.AWS_WEB_IDENTITY_TOKEN_FILE)) return undefined;
  if (!isFilled(token)) {
    throw new Failure(
      'missing-variable',
      `AWS_ROLE_ARN names a role, but there is no token to ask for it with: AWS_ID_TOKEN is not set, or empty.`,
      'Give the job the id_tokens of .gitlab-ci.yml, or set AWS_WEB_IDENTITY_TOKEN_FILE; without a role, unset AWS_ROLE_ARN.',
    );
  }
  const { AWS_ROLE_SESSION_NAME: name, CI_PROJECT_ID: project = 'project', CI_PIPELINE_ID: pipeline = '0' } = env;
  // The ID token lives as long as the job, and no file holds it; the session is what AWS' log calls the caller.
  const roleSessionName = isFilled(name) ? name : `gitlab-${project}-${pipeline}`;
  return { roleArn: arn, webIdentityToken: token, roleSessionName };
}

const basicVariables = z.object({
  CI_REGISTRY: z.string().regex(/^[a-z0-9.-]+(:\d+)?$/, 'is not of the form <host> or <host>:<port>'),
  CI_REGISTRY_IMAGE: z.string(),
  CI_REGISTRY_USER: z.string(),
  CI_REGISTRY_PASSWORD: z.string(),
  ...build,
});

function parseBasic(env: NodeJS.ProcessEnv) {
  const variables = parseVariables(
    basicVariables,
    env,
    'Set them in the CI/CD settings, or set ECR_REPOSITORY_URL to use ECR.',
  );
  const { CI_REGISTRY: host, CI_REGISTRY_IMAGE: image } = variables;
  const name = image.slice(host.length + 1);
  if (!image.startsWith(`${host}/`) || !nameForm.test(name)) {
    throw new Failure(
      'usage',
      `CI_REGISTRY_IMAGE: ${JSON.stringify(image)} is not a repository of CI_REGISTRY, ${JSON.stringify(host)}.`,
      `Set CI_REGISTRY_IMAGE to ${host}/ and a lowercase name.`,
    );
  }
  const { CI_REGISTRY_USER: user, CI_REGISTRY_PASSWORD: password } = variables;
  const registry = { kind: 'basic' as const, host, name, user, password };
  return { registry, warning: undefined, ...buildOf(variables) };
}

function buildOf(variables: { CI_COMMIT_SHORT_SHA: string; BUILD_ARGS: string[] }) {
  return {
    tag: parseTag(variables.CI_COMMIT_SHORT_SHA, 'CI_COMMIT_SHORT_SHA'),
    /** Further `NAME=VALUE` arguments of the build. */
    buildArgs: variables.BUILD_ARGS,
  };
}
