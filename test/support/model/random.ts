/** Numbers from 0 to 1 that a seed tells (https://en.wikipedia.org/wiki/Xorshift, with a multiplication at the end). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  }

  next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (Math.imul(this.#state, 0x85ebca6b) >>> 0) / 2 ** 32;
  }

  /** A number of those from the first to below the second. */
  between(from: number, to: number): number {
    return from + this.next() * (to - from);
  }

  is(chance: number): boolean {
    return this.next() < chance;
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[Math.floor(this.next() * items.length)] ?? items[0];
  }
}
