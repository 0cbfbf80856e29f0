import type { Commit } from '../git/file-history.ts';
import { findDeliveryOf } from './delivery.ts';
import type { Image } from './image.ts';
import type { Verdict } from './verdict.ts';

/** A version of an environment's values: what it runs from then on, and how that came to be. */
export interface Version extends ReturnType<typeof describeVersion> {
  /** When it counts as having come to the branch. */
  since: Date;
  /** What Argo CD said of it, in the order in which that was found. */
  verdicts: readonly Verdict[];
}

/** What a version of an environment's values is by its commit: a delivery and its actor, or its author's edit by hand. */
export function describeVersion(environment: string, commit: Commit, image: Image | undefined) {
  const delivery = image && findDeliveryOf(commit, environment, image);
  const kind = delivery?.kind ?? ('edit' as const);
  const { actor: by = commit.author, pipeline, override = [], reason } = delivery ?? {};
  return { commit, image, kind, by, pipeline, override, reason };
}

/**
 * The name of who made a version. A pipeline tells a person's login and a laptop the name in Git, so only the author of
 * the commit is the same from both; of a proposal that was merged it is who proposed.
 */
export function findPerson({ commit, kind }: Pick<Version, 'commit' | 'kind'>): string {
  const { author } = kind === 'edit' ? commit : (commit.merged ?? commit);
  return withoutAddress(author);
}

/** Why a version came, and what was said of it: the rules that it was let past, its reason, and those of its last verdict. */
export function formatReason({ override, reason, verdicts }: Version): string {
  const overridden = override.map((rule) => `${rule} overridden`);
  return [...overridden, reason, ...(verdicts.at(-1)?.reasons ?? [])].filter(Boolean).join('; ');
}

/** The name of somebody whom Git tells as `Name <address>`. */
export function withoutAddress(author: string): string {
  return author.replace(/ <[^<>]*>$/, '');
}
