/** What a command that only reads has to say, for a program and for people. */
export interface Answer {
  document: unknown;
  text: string;
  /** The exit code, where it is not 0. */
  exitCode?: number;
}
