import { isFilled } from '../shell/variables.ts';

/** Where a command works, and what it is given of the world around it. */
export interface Place {
  /** The checkout that it works for, and never changes. */
  directory: string;
  /** The remote's name, and its branch that the deliveries go to. */
  remote: string;
  branch: string;
  env: NodeJS.ProcessEnv;
  now: () => Date;
  signal: AbortSignal;
  /** Tells somebody who watches what happens. */
  log: (line: string) => void;
}

/** The branch that the deliveries go to, unless a command is told otherwise. */
export function usualBranch({ CI_DEFAULT_BRANCH }: NodeJS.ProcessEnv): string {
  return isFilled(CI_DEFAULT_BRANCH) ? CI_DEFAULT_BRANCH : 'main';
}
