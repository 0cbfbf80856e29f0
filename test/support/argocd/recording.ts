import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A release by its names. */
export interface Named {
  commit: string;
  tag: string;
  digest: string;
}

interface Line {
  after: number;
  what: 'application' | 'tree';
  body: unknown;
}

/** Reads a recording, its releases named as those of a test; gives what was answered some seconds after its start. */
export function readRecording(
  file: string,
  before: Named,
  after: Named,
): (what: Line['what'], seconds: number) => unknown {
  const nameOf = (letter?: string) => (letter === 'a' ? before : after);
  const lines = readFileSync(join(import.meta.dirname, 'recorded', file), 'utf8')
    .replace(
      /sha256:([ab])\1{63}|\b([ab])\2{39}\b|\b([ab])\3{7}\b/g,
      (_, digest?: string, commit?: string, tag?: string) => {
        if (digest) return nameOf(digest).digest;
        return commit ? nameOf(commit).commit : nameOf(tag).tag;
      },
    )
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  return (what, seconds) => lines.findLast((line) => line.what === what && line.after <= seconds)?.body ?? {};
}
