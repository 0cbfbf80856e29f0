/** A part of a text, and what comes in its place. */
export interface Splice {
  start: number;
  end: number;
  text: string;
}

/** Changes the parts of a text and no other byte. */
export function splice(text: string, splices: readonly Splice[]): string {
  return splices
    .toSorted((one, other) => other.start - one.start)
    .reduce((rest, { start, end, text: instead }) => rest.slice(0, start) + instead + rest.slice(end), text);
}
