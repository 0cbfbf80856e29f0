import type { Answer } from '../look/answer.ts';

/** What every command of one run is given. */
export interface Session {
  signal: AbortSignal;
  /** The environments of the folder that the command is called in. */
  environments: readonly string[];
  /** Gives the answer to whoever asked, and its exit code to the process. */
  print: (answer: Answer) => void;
}
