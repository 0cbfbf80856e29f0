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
