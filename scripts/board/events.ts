import type { Commit } from '../git/file-history.ts';
import { findDelivery, type DeliveryKind } from '../release/delivery.ts';
import type { EnvironmentRecord } from '../release/ledger.ts';
import type { Tag } from '../release/image.ts';
import type { Verdict } from '../release/verdict.ts';
import { findPerson, formatReason } from '../release/version.ts';

/** What a mark stands for: a promotion that was let past a rule is an override. */
export type Kind = DeliveryKind | 'edit' | 'override';

/** Something that happened to an environment: a delivery, an edit by hand, or a change of its hold. */
export interface Event {
  environment: string;
  kind: Kind;
  commit: Commit;
  /** When it counts as having come to the branch. */
  since: Date;
  by: string;
  /** The release that it brought; undefined for a hold, and where it brought none. */
  tag?: Tag | undefined;
  /** Why it happened, and what was said of it. */
  reason?: string | undefined;
  pipeline?: string | undefined;
  verdict?: Verdict | undefined;
}

/** Lists what happened to an environment: what came to its values, then what came of its hold, each oldest first. */
export function listEvents(environment: string, { versions, holds }: EnvironmentRecord): Event[] {
  const delivered = versions.map((version): Event => {
    const { commit, since, kind, image, override, pipeline, verdicts } = version;
    return {
      environment,
      kind: override.length > 0 ? 'override' : kind,
      commit,
      since,
      by: findPerson(version),
      tag: image?.tag,
      reason: formatReason(version),
      pipeline,
      verdict: verdicts.at(-1),
    };
  });
  const known = new Set(versions.map(({ commit }) => commit.sha));
  // A rollback that holds is one event.
  const changed = holds.filter(({ commit }) => !known.has(commit.sha));
  const held = changed.map(({ commit, hold }): Event => {
    const kind = hold ? 'hold' : 'resume';
    const { pipeline } = findDelivery(commit) ?? {};
    return {
      environment,
      kind,
      commit,
      since: commit.time,
      by: findPerson({ commit, kind }),
      reason: hold?.reason,
      pipeline,
    };
  });
  return [...delivered, ...held];
}

/** What names the row of an event: a commit can change several environments. */
export function idOf({ environment, commit }: Pick<Event, 'environment' | 'commit'>): string {
  return `${environment}-${commit.sha}`;
}
