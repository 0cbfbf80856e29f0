import type { CommitLine } from '../git/commit-line.ts';
import { toNames, type Image } from '../release/image.ts';
import { formatAge } from '../release/duration.ts';
import { formatTable } from '../shell/table.ts';
import type { Answer } from './answer.ts';

/** The commits that lie between what an environment runs and another release, newest first. */
export interface Between {
  environment: string;
  from: Image | undefined;
  to: Image;
  commits: readonly CommitLine[];
}

/** What there is to say of them. */
export function describeBetween({ environment, from, to, commits }: Between, now: Date): Answer {
  const count = commits.length === 1 ? '1 commit' : `${commits.length} commits`;
  const summary = `${environment}: ${from?.tag ?? 'nothing'} → ${to.tag}: ${count}.`;
  return {
    document: {
      environment,
      from: toNames(from),
      to: toNames(to),
      commits: commits.map(({ sha, author, time, subject }) => ({ commit: sha, author, time, subject })),
    },
    text: commits.length > 0 ? `${formatCommits(commits, now)}\n${summary}` : summary,
  };
}

/** Commits as lines of a table. */
export function formatCommits(commits: readonly CommitLine[], now: Date): string {
  return formatTable(
    commits.map(({ sha, subject, author, time }) => [sha.slice(0, 8), formatAge(time, now), author, subject]),
  );
}
