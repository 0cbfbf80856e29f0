import type { Commit, FileChanges } from '../git/file-history.ts';
import { Failure } from '../shell/failure.ts';
import { findDelivery } from './delivery.ts';
import type { DeliveryKind } from './delivery.ts';
import { isSameImage } from './image.ts';
import type { Image } from './image.ts';
import { createImageReader } from './values.ts';

/** A version of an environment's values: what it ran from then on, and how that came to be. */
export interface Version {
  commit: Commit;
  /** What ran from then on; undefined for nothing. */
  image: Image | undefined;
  /** A delivery, or an edit by hand. */
  kind: DeliveryKind | 'edit';
  /** Who did it: the delivery's actor, or the commit's author. */
  by: string;
  reason: string | undefined;
}

/** A version of the file that says nothing that could be trusted. */
export interface Skipped {
  commit: Commit;
  problem: string;
}

export interface History {
  /** Newest first. */
  versions: Version[];
  skipped: Skipped[];
}

/** Reads the history of an environment out of its values' versions, newest first. */
export function readHistory(environment: string, path: string, changes: readonly FileChanges[]): History {
  const history: History = { versions: [], skipped: [] };
  const readImage = createImageReader();
  for (const { commit, files } of changes) {
    if (!files.has(path)) continue;
    const bytes = files.get(path);
    try {
      const image = bytes && readImage({ path, bytes });
      if (bytes) history.versions.push(describeVersion(environment, commit, image));
      else history.skipped.push({ commit, problem: `${path} was removed or renamed` });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      history.skipped.push({ commit, problem: error.message });
    }
  }
  return history;
}

/** The versions that changed what runs, newest first: each is a run of its image, which the next one ended. */
export function listRuns(versions: readonly Version[]): Version[] {
  return versions.filter((version, index) => !isSameImage(version.image, versions[index + 1]?.image));
}

function describeVersion(environment: string, commit: Commit, image: Image | undefined): Version {
  const delivery = findDelivery(commit);
  // The content is the truth: a message that tells of something else explains nothing.
  const isTrue = delivery?.environment === environment && delivery.tag === image?.tag;
  if (!delivery || !isTrue) return { commit, image, kind: 'edit', by: commit.author, reason: undefined };
  return { commit, image, kind: delivery.kind, by: delivery.actor ?? commit.author, reason: delivery.reason };
}
