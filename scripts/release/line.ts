/** A text as one line: its line ends and control characters become spaces, so that it cannot look like lines of this program. */
export function toLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
}
