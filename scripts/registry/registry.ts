import { Failure } from '../shell/failure.ts';
import type { Digest } from '../release/image.ts';

/** What publishing asks of a repository of a registry, whatever its kind. */
export interface Registry {
  /** The digest of what the tag names: an image, or a chart. */
  findDigest(tag: string): Promise<Digest | undefined>;
  /** Makes the repository ready for a push, and gives `user:password` in base64, as an auth file has it. */
  authorizePush(): Promise<string>;
}

/** The failure of a registry that gave no answer, or none that can be used. */
export function unreachable(host: string, reason: string, cause: unknown): Failure {
  const hint = 'Check the address and the network of this machine, then run the job again.';
  return new Failure('registry-unreachable', `${host} could not be asked: ${reason}.`, hint, { cause });
}
