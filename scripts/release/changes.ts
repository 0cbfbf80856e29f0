/** A commit as a person made it. */
export interface Commit {
  sha: string;
  /** `Name <address>`. */
  author: string;
  /** When it came to be as it is: the committer's time. */
  time: Date;
  /** The message; of a merge that brought a delivery, the delivery's. */
  message: string;
}

/** What a commit made of files: their bytes, or undefined where they went. */
export interface FileChanges {
  commit: Commit;
  files: ReadonlyMap<string, Buffer | undefined>;
}
