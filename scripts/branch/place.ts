/** What a command is given of the world around it. */
export interface World {
  /** The checkout that it works for, and never changes. */
  directory: string;
  /** The remote's name, and its branch that the deliveries go to. */
  remote: string;
  branch: string;
  env: NodeJS.ProcessEnv;
  now: () => Date;
  signal: AbortSignal;
  /** Milliseconds after which a lost race is given up. */
  deadline: number;
  /** Whether to say what would be done, and change nothing. */
  dryRun: boolean;
  /** Tells somebody who watches what happens. */
  log: (line: string) => void;
}
