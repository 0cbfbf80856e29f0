/** What a program of this project ends with; the meaning of each number is part of its contract. */
export const exitCode = {
  done: 0,
  fault: 1,
  input: 2,
  refused: 3,
  raceLost: 4,
  unreachable: 5,
  unhealthy: 6,
} as const;

/** Every expected failure by its code, and the exit code it ends the program with. */
export const exits = {
  usage: exitCode.input,
  'missing-variable': exitCode.input,
  'missing-program': exitCode.input,
  'machine-fault': exitCode.input,
  'invalid-tag': exitCode.input,
  'invalid-digest': exitCode.input,
  'invalid-revision': exitCode.input,
  'not-a-repository': exitCode.input,
  'unknown-remote': exitCode.input,
  'unknown-branch': exitCode.input,
  'no-identity': exitCode.input,
  'not-signed': exitCode.input,
  'unknown-environment': exitCode.input,
  'invalid-file': exitCode.input,
  'invalid-hold': exitCode.input,
  'invalid-flow': exitCode.input,
  'invalid-values': exitCode.input,
  'invalid-chart': exitCode.input,
  conflict: exitCode.input,
  'out-of-order': exitCode.refused,
  'other-repository': exitCode.refused,
  'other-proposal': exitCode.refused,
  unrelated: exitCode.refused,
  'nothing-to-promote': exitCode.refused,
  'nothing-to-roll-back': exitCode.refused,
  'nothing-to-wait-for': exitCode.refused,
  'never-ran': exitCode.refused,
  'other-digest': exitCode.refused,
  'taken-back': exitCode.refused,
  'not-soaked': exitCode.refused,
  'no-verdict': exitCode.refused,
  'source-held': exitCode.refused,
  'not-overridable': exitCode.refused,
  held: exitCode.refused,
  frozen: exitCode.refused,
  'push-refused': exitCode.refused,
  'race-lost': exitCode.raceLost,
  'remote-refused': exitCode.unreachable,
  'remote-unreachable': exitCode.unreachable,
  'registry-refused': exitCode.unreachable,
  'registry-unreachable': exitCode.unreachable,
  'not-told': exitCode.unreachable,
  'argocd-refused': exitCode.unreachable,
  'argocd-unreachable': exitCode.unreachable,
  'build-failed': exitCode.input,
  stale: exitCode.input,
  'rehearsal-failed': exitCode.unhealthy,
  'gone-back': exitCode.unhealthy,
  unhealthy: exitCode.unhealthy,
} as const;

export type FailureCode = keyof typeof exits;

/** A failure that is expected: it tells its reader what happened, where, and what to do next. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  /** The next step: a command to type, or the thing to change. */
  readonly hint: string;

  constructor(code: FailureCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }

  get exitCode(): number {
    return exits[this.code];
  }
}

/** What comes of an action, or the failure that it ends with; where nobody was reached, that is thrown. */
export async function reach<T>(action: () => Promise<T>): Promise<T | Failure> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof Failure && error.exitCode !== exitCode.unreachable) return error;
    throw error;
  }
}
