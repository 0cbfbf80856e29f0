import { Failure } from '../shell/failure.ts';
import { isFilled } from '../shell/variables.ts';

/**
 * Finds the role that the job takes on with its ID token. Keys come before a role, as everywhere in the SDK, and a
 * token's file is left to the SDK too.
 * @throws {Failure} `missing-variable` for a role without any token: the SDK would go on as somebody else.
 */
export function findRole(env: NodeJS.ProcessEnv) {
  const { AWS_ROLE_ARN: arn, AWS_ID_TOKEN: token } = env;
  if (!isFilled(arn) || hasKeys(env) || isFilled(env.AWS_WEB_IDENTITY_TOKEN_FILE)) return undefined;
  if (!isFilled(token)) {
    throw new Failure(
      'missing-variable',
      `AWS_ROLE_ARN names a role, but there is no token to ask for it with: AWS_ID_TOKEN is not set, or empty.`,
      'Give the job the id_tokens of .gitlab-ci.yml, or set AWS_WEB_IDENTITY_TOKEN_FILE; without a role, unset AWS_ROLE_ARN.',
    );
  }
  const { AWS_ROLE_SESSION_NAME: name, CI_PROJECT_ID: project = 'project', CI_PIPELINE_ID: pipeline = '0' } = env;
  return {
    arn,
    /** The ID token of the job: it lives as long as the job, and no file holds it. */
    token,
    /** What AWS' log calls the caller. */
    session: isFilled(name) ? name : `gitlab-${project}-${pipeline}`,
  };
}

/** The warning when both kinds of credentials are set, of which one silently wins. */
export function findCredentialWarning(env: NodeJS.ProcessEnv): string | undefined {
  if (!isFilled(env.AWS_ROLE_ARN) || !hasKeys(env)) return undefined;
  return (
    'Warning: both keys and a role are set. AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are used, and AWS_ROLE_ARN ' +
    'is not. Remove the keys from the CI/CD settings to use the role.'
  );
}

function hasKeys({ AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key }: NodeJS.ProcessEnv): boolean {
  return isFilled(id) || isFilled(key);
}
