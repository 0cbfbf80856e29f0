import { Failure } from '../shell/failure.ts';
import { answerWithin, type Dialogue, unreachable } from './registry.ts';

/**
 * Makes the function that asks AWS: it answers undefined when AWS throws one of the exceptions expected, and
 * makes every other error a failure that names the host.
 */
export function awsAsker(host: string, dialogue: Dialogue) {
  return async function ask<Answer>(
    call: (options: { abortSignal: AbortSignal }) => Promise<Answer>,
    ...expected: (abstract new (...args: never[]) => Error)[]
  ): Promise<Answer | undefined> {
    return answerWithin(host, dialogue, async (abortSignal) => {
      try {
        return await call({ abortSignal });
      } catch (error) {
        if (expected.some((exception) => error instanceof exception)) return undefined;
        throw failureOf(error, host);
      }
    });
  };
}

function failureOf(thrown: unknown, host: string): Failure {
  const error = Error.isError(thrown) ? thrown : new Error(String(thrown));
  const { name, message } = error;
  // A file that is named and not there is the token of a role.
  if (name === 'CredentialsProviderError' || ('code' in error && error.code === 'ENOENT')) {
    return new Failure(
      'missing-variable',
      `There are no AWS credentials for ${host}: ${message}.`,
      'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_ROLE_ARN for a role: .gitlab/README.md says how.',
      { cause: error },
    );
  }
  // The SDK marks what AWS itself said, and whose fault it was.
  if ('$fault' in error && error.$fault === 'client') {
    const told = `${host} refused: ${name}: ${message}`;
    return new Failure('registry-refused', told, hintFor(error), { cause: error });
  }
  const [firstLine = ''] = message.split('\n');
  return unreachable(host, firstLine, error);
}

function hintFor({ name, message }: Error): string {
  if (name.startsWith('Expired')) {
    return 'The credentials have expired: renew them, or run the job again so that it gets a new token.';
  }
  if (name === 'InvalidIdentityToken' || message.includes('sts:AssumeRoleWithWebIdentity')) {
    return 'Compare AWS_ROLE_ARN, and the trust policy of that role, with .gitlab/README.md.';
  }
  if (name.startsWith('AccessDenied')) {
    return 'Allow the action that it names to the user or role of the job.';
  }
  if (name === 'UnrecognizedClientException' || name === 'InvalidSignatureException') {
    return 'Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: AWS does not know this pair.';
  }
  return 'Look up the exception in the API reference of Amazon ECR, then run the job again.';
}
