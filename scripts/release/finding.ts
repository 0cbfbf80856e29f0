import type { Commit } from '../git/file-history.ts';
import { Failure, type FailureCode } from '../shell/failure.ts';

/** The rules that only an audit or a review can find broken, or made looser: a command breaks none of them. */
export type AuditRule =
  | 'accepted'
  | 'backwards'
  | 'code'
  | 'edited'
  | 'edited-while-frozen'
  | 'edited-while-held'
  | 'forwards'
  | 'loosened'
  | 'not-held'
  | 'overridden'
  | 'self-merged'
  | 'undecided';

/** What an audit finds: a breach of a rule, or a notice of what the rules allow and nobody may overlook. */
export interface Finding {
  severity: 'breach' | 'notice';
  commit: Commit;
  /** The environment, or `*` where it is all of them. */
  environment: string;
  rule: FailureCode | AuditRule;
  message: string;
}

/** What is found of one commit, before it is known of which. */
export type Found = Omit<Finding, 'commit'>;

export const everyEnvironment = '*';

export function breach(environment: string, rule: Finding['rule'], message: string): Found {
  return { severity: 'breach', environment, rule, message };
}

/** What a command would refuse. */
export function refused(environment: string, { code, message }: Failure): Found {
  return breach(environment, code, message);
}

export function notice(environment: string, rule: AuditRule, message: string): Found {
  return { severity: 'notice', environment, rule, message };
}
