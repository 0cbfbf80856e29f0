import { Failure } from '../shell/failure.ts';

declare const brand: unique symbol;

/** A commit's abbreviated SHA: the name of a release, and the tag of its image. */
export type Tag = string & { readonly [brand]: 'Tag' };

/** What a registry calls the content of an image. */
export type Digest = string & { readonly [brand]: 'Digest' };

/** A commit's whole SHA. */
export type Revision = string & { readonly [brand]: 'Revision' };

/** A release as values name it; the digest is empty when somebody left it out by hand, the revision in old values. */
export interface Image {
  tag: Tag;
  digest: Digest | '';
  /** What Argo CD checks out. An abbreviation would be taken for a branch or a tag of that name first. */
  revision: Revision | '';
}

const tagForm = /^[0-9a-f]{7,40}$/;
const revisionForm = /^([0-9a-f]{40}|[0-9a-f]{64})$/;
const digestForm = /^sha256:[0-9a-f]{64}$/;

/** @throws {Failure} `invalid-tag` when the text is not an abbreviated commit SHA. */
export function parseTag(text: string, where: string): Tag {
  if (tagForm.test(text)) return text as Tag;
  const hint = 'Give a commit SHA of 7 to 40 lowercase hexadecimal digits, such as 3f9c1b2a.';
  throw new Failure('invalid-tag', `${where}: ${JSON.stringify(text)} is not the tag of a release.`, hint);
}

/** @throws {Failure} `invalid-revision` when the text is not a whole commit SHA. */
export function parseRevision(text: string, where: string): Revision {
  if (revisionForm.test(text)) return text as Revision;
  const hint = 'Give all of its 40 lowercase hexadecimal digits: git rev-parse shows them.';
  throw new Failure('invalid-revision', `${where}: ${JSON.stringify(text)} is not the whole SHA of a commit.`, hint);
}

/** @throws {Failure} `invalid-digest` when the text is not a SHA-256 digest. */
export function parseDigest(text: string, where: string): Digest {
  if (digestForm.test(text)) return text as Digest;
  const hint = 'Give what the registry said when the image was pushed: sha256: and 64 lowercase hexadecimal digits.';
  throw new Failure('invalid-digest', `${where}: ${JSON.stringify(text)} is not an image digest.`, hint);
}

/** Whether one of two tags is the other one, or an abbreviation of it. */
export function isSameRelease(one: Tag, other: Tag): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

/** Whether both are of the same release, and of different images. */
export function isRebuilt(one: Image, other: Image): boolean {
  return isSameRelease(one.tag, other.tag) && one.digest !== '' && other.digest !== '' && one.digest !== other.digest;
}

/** Whether both are the same image, or both undefined; a revision that old values lack is not compared. */
export function isSameImage(one: Image | undefined, other: Image | undefined): boolean {
  const isSameRevision = !one?.revision || !other?.revision || one.revision === other.revision;
  return one?.tag === other?.tag && one?.digest === other?.digest && isSameRevision;
}

/** An image as the documents of the command contract name it. */
export function toNames(image: Image | undefined): Record<keyof Image, string> {
  return image ?? { tag: '', digest: '', revision: '' };
}

/** The images that ran anywhere: the first one of each release, and of each digest. */
export class ImageNames {
  readonly #byDigest = new Map<Digest, Image>();
  /** By what all abbreviations of a commit share. */
  readonly #byTag = new Map<string, Image[]>();

  add(image: Image): void {
    if (image.digest === '') return;
    this.#byDigest.getOrInsert(image.digest, image);
    if (!this.#findRelease(image)) this.#namesakesOf(image).push(image);
  }

  /** The first image of the same release or digest that another image contradicts, if any. */
  findRival(image: Image): Image | undefined {
    if (image.digest === '') return undefined;
    const owner = this.#byDigest.get(image.digest);
    if (owner && !isSameRelease(owner.tag, image.tag)) return owner;
    const first = this.#findRelease(image);
    return first && isRebuilt(first, image) ? first : undefined;
  }

  #findRelease(image: Image): Image | undefined {
    return this.#namesakesOf(image).find(({ tag }) => isSameRelease(tag, image.tag));
  }

  #namesakesOf({ tag }: Image): Image[] {
    return this.#byTag.getOrInsertComputed(tag.slice(0, 7), () => []);
  }
}
