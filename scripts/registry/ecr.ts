import {
  type ECR,
  ImageNotFoundException,
  RepositoryAlreadyExistsException,
  RepositoryNotFoundException,
} from '@aws-sdk/client-ecr';
import { Failure } from '../shell/failure.ts';
import { parseDigest } from '../release/image.ts';
import { answerWithin, type Limits } from '../shell/within.ts';
import { type Registry, unreachable } from './registry.ts';
import type { EcrSettings } from './settings.ts';

/**
 * Opens a repository of ECR, which is created before the first push: tags immutable, scanned on push.
 * Its methods throw `missing-variable` (no credentials), `registry-refused` and `registry-unreachable`.
 */
export function openEcr(ecr: ECR, settings: Omit<EcrSettings, 'role'>, limits: Limits): Registry {
  const { host, name: repositoryName, registryId } = settings;
  const ask = awsAsker(host, limits);

  return {
    async findDigest(tag) {
      const imageIds = [{ imageTag: tag }];
      const found = await ask(
        (options) => ecr.describeImages({ registryId, repositoryName, imageIds }, options),
        ImageNotFoundException,
        RepositoryNotFoundException,
      );
      const digest = found?.imageDetails?.[0]?.imageDigest;
      return digest === undefined ? undefined : parseDigest(digest, `${host}/${repositoryName}:${tag}`);
    },

    async authorizePush() {
      const repositoryNames = [repositoryName];
      const found = await ask(
        (options) => ecr.describeRepositories({ registryId, repositoryNames }, options),
        RepositoryNotFoundException,
      );
      const rules = { imageTagMutability: 'IMMUTABLE', imageScanningConfiguration: { scanOnPush: true } } as const;
      if (!found) {
        await ask(
          (options) => ecr.createRepository({ registryId, repositoryName, ...rules }, options),
          // Another job was faster.
          RepositoryAlreadyExistsException,
        );
      }
      const answer = await ask((options) => ecr.getAuthorizationToken({}, options));
      const token = answer?.authorizationData?.[0]?.authorizationToken;
      if (token !== undefined) return token;
      throw new Failure('registry-refused', `${host} gave no token to push with.`, 'Run the job again.');
    },
  };
}

/** Makes the function that asks AWS: it gives undefined for an expected exception, and throws a failure for any other error. */
function awsAsker(host: string, limits: Limits) {
  return async function ask<Answer>(
    call: (options: { abortSignal: AbortSignal }) => Promise<Answer>,
    ...expected: (abstract new (...args: never[]) => Error)[]
  ): Promise<Answer | undefined> {
    const asked = (abortSignal: AbortSignal) =>
      call({ abortSignal }).catch((error: unknown) => {
        if (expected.some((exception) => error instanceof exception)) return undefined;
        throw error;
      });
    return answerWithin(limits, asked, (reason, error) => failureOf(error, host, reason));
  };
}

function failureOf(thrown: unknown, host: string, reason: string): Failure {
  const cause = Error.isError(thrown) ? thrown : new Error(String(thrown));
  const { name, message } = cause;
  // The only file that is named is the token of a role.
  if (name === 'CredentialsProviderError' || ('code' in cause && cause.code === 'ENOENT')) {
    const hint =
      'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_ROLE_ARN for a role: .gitlab/README.md says how.';
    return new Failure('missing-variable', `There are no AWS credentials for ${host}: ${message}.`, hint, { cause });
  }
  // The SDK marks the errors that AWS itself answered, and whose fault they are.
  if ('$fault' in cause && cause.$fault === 'client') {
    const told = `${name}: ${message}`;
    const [, hint = ''] = hints.find(([form]) => form.test(told)) ?? [];
    return new Failure('registry-refused', `${host} refused: ${told}`, hint, { cause });
  }
  const [firstLine = ''] = reason.split('\n');
  return unreachable(host, firstLine, cause);
}

/** What to do about an exception, by its name and message. */
const hints: readonly (readonly [RegExp, string])[] = [
  [/^Expired/, 'The credentials have expired: renew them, or run the job again so that it gets a new token.'],
  [
    /^InvalidIdentityToken:|sts:AssumeRoleWithWebIdentity/,
    'Compare AWS_ROLE_ARN, and the trust policy of that role, with .gitlab/README.md.',
  ],
  [/^AccessDenied/, 'Allow the action that it names to the user or role of the job.'],
  [
    /^(UnrecognizedClientException|InvalidSignatureException):/,
    'Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: AWS does not know this pair.',
  ],
  [/^/, 'Look up the exception in the API reference of Amazon ECR, then run the job again.'],
];
