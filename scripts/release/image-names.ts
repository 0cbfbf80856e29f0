import { isRebuilt, isSameRelease, shortestTag, type Digest, type Image } from './image.ts';

/** The images that ran anywhere, of each release and each digest the first one. */
export class ImageNames {
  readonly #byDigest = new Map<Digest, Image>();
  readonly #byTag = new Map<string, Image[]>();

  add(image: Image): void {
    if (image.digest === '') return;
    if (!this.#byDigest.has(image.digest)) this.#byDigest.set(image.digest, image);
    if (this.#findRelease(image)) return;
    const key = image.tag.slice(0, shortestTag);
    this.#byTag.set(key, [...(this.#byTag.get(key) ?? []), image]);
  }

  /** The first image of the same release or digest that another image contradicts, if any. */
  findRival(image: Image): Image | undefined {
    if (image.digest === '') return undefined;
    const owner = this.#byDigest.get(image.digest);
    if (owner && !isSameRelease(owner.tag, image.tag)) return owner;
    const first = this.#findRelease(image);
    return first && isRebuilt(first, image) ? first : undefined;
  }

  #findRelease({ tag }: Image): Image | undefined {
    return this.#byTag.get(tag.slice(0, shortestTag))?.find((known) => isSameRelease(known.tag, tag));
  }
}
