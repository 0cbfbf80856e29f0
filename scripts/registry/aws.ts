import { Failure } from '../failure.ts';
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

function failureOf(error: unknown, host: string): Failure {
  const { name, message } = Error.isError(error) ? error : new Error(String(error));
  if (name === 'CredentialsProviderError' || hasEntry(error, 'code', 'ENOENT')) {
    return new Failure(
      'missing-variable',
      `There are no AWS credentials for ${host}: ${message}.`,
      'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE for a role.',
      { cause: error },
    );
  }
  // The SDK marks what AWS said: its callers are at fault, or AWS itself.
  if (hasEntry(error, '$fault', 'client')) {
    return new Failure('registry-refused', `${host} refused: ${name}: ${message}`, hintFor(name), {
      cause: error,
    });
  }
  const [firstLine = ''] = message.split('\n');
  return unreachable(host, firstLine, error);
}

function hasEntry(error: unknown, key: string, value: string): boolean {
  return Error.isError(error) && Object.entries(error).some(([k, v]) => k === key && v === value);
}

function hintFor(name: string): string {
  if (name.startsWith('Expired')) {
    return 'The credentials have expired: renew them, or run the job again so that it gets a new token.';
  }
  if (name.startsWith('AccessDenied')) {
    return 'Allow the action that it names to the user or role of the job.';
  }
  if (name === 'UnrecognizedClientException' || name === 'InvalidSignatureException') {
    return 'Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: AWS does not know this pair.';
  }
  return 'Look up the exception in the API reference of Amazon ECR, then run the job again.';
}
