import type { Answer } from '../look/answer.ts';

/** What every command of one run is given. */
export interface Session {
  signal: AbortSignal;
  /** Gives the answer to whoever asked, and its exit code to the process. */
  print: (answer: Answer) => void;
}
