import { BadRequestException, StandardSchemaValidationPipe } from '@nestjs/common';
import type { Problem } from './problem.ts';

/** What an answer tells of the faults of a request: the first of them, and the beginning of each. */
const mostFaults = 20;
const mostCharacters = 500;

/** A request that does not match its schema. */
export class InvalidRequest extends BadRequestException {
  constructor(readonly faults: NonNullable<Problem['errors']>) {
    super('The request is not as it should be.');
  }
}

/** Checks each parameter that a controller gives a schema: `@Body({ schema })`. */
export function createValidation(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({
    exceptionFactory: (issues) => new InvalidRequest(issues.slice(0, mostFaults).map(toFault)),
  });
}

type Path = readonly (PropertyKey | { readonly key: PropertyKey })[];

function toFault({ path = [], message }: { path?: Path | undefined; message: string }) {
  const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
  const pointer = keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return { pointer: shorten(pointer), detail: shorten(message) };
}

/** A fault can be as long as the request, which may name its own keys in it. */
function shorten(text: string): string {
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text;
}
