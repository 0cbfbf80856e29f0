import { Failure } from '../../../scripts/shell/failure.ts';

/** The failure that an action ends with; anything else that it throws is thrown on. */
export function catchFailure(action: () => unknown): Failure {
  try {
    action();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}
