import { Failure } from '../shell/failure.ts';

declare const brand: unique symbol;

/** A commit's abbreviated SHA: the name of a release, and the tag of its image. */
export type Tag = string & { readonly [brand]: 'Tag' };

/** What a registry calls the content of an image. */
export type Digest = string & { readonly [brand]: 'Digest' };

/** The image of a release, by both of its names; the digest is empty where somebody left it out by hand. */
export interface Image {
  tag: Tag;
  digest: Digest | '';
}

const tagForm = /^[0-9a-f]{7,40}$/;
const digestForm = /^sha256:[0-9a-f]{64}$/;

/** @throws {Failure} `invalid-tag` when the text is no abbreviated commit SHA. */
export function parseTag(text: string, where: string): Tag {
  if (tagForm.test(text)) return text as Tag;
  throw new Failure(
    'invalid-tag',
    `${where}: ${JSON.stringify(text)} is no release's tag.`,
    'Give a commit SHA of 7 to 40 lowercase hexadecimal digits, such as 3f9c1b2a.',
  );
}

/** @throws {Failure} `invalid-digest` when the text is no SHA-256 digest. */
export function parseDigest(text: string, where: string): Digest {
  if (digestForm.test(text)) return text as Digest;
  throw new Failure(
    'invalid-digest',
    `${where}: ${JSON.stringify(text)} is no image digest.`,
    'Give what the registry said when the image was pushed: sha256: and 64 lowercase hexadecimal digits.',
  );
}

/** Whether one of two tags is the other one, or an abbreviation of it. */
export function isSameRelease(one: Tag, other: Tag): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

/** Whether both are the same image, or both none. */
export function isSameImage(one: Image | undefined, other: Image | undefined): boolean {
  return one?.tag === other?.tag && one?.digest === other?.digest;
}
