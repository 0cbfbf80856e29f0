/**
 * A text as one line: its line ends, its control characters and what is no character of Unicode become spaces, so that it
 * cannot look like lines of this program.
 */
export function toLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\p{NChar}\s]+/gu, ' ').trim();
}
