import { BadRequestException, StandardSchemaValidationPipe } from '@nestjs/common';
import type { Problem } from './problem.ts';

/** A request that does not match its schema. */
export class InvalidRequest extends BadRequestException {
  readonly faults: NonNullable<Problem['errors']>;

  constructor(faults: NonNullable<Problem['errors']>) {
    super('The request is not as it should be.');
    this.faults = faults;
  }
}

/** Checks each parameter that a controller gives a schema: `@Body({ schema })`. */
export function createValidation(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({
    exceptionFactory: (issues) =>
      new InvalidRequest(
        issues.map(({ path, message }) => ({ pointer: pointerTo(path ?? []), detail: message })),
      ),
  });
}

function pointerTo(path: readonly (PropertyKey | { readonly key: PropertyKey })[]): string {
  const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
  return keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
