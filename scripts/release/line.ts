const linesShown = 20;

/** A text as one line with no control character in it, so that it cannot look like lines of this program. */
export function toLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\p{NChar}\s]+/gu, ' ').trim();
}

/** A list in Markdown, of no more than its first lines. */
export function formatList(lines: readonly string[]): string {
  const hidden = lines.length - linesShown;
  const shown = [...lines.slice(0, linesShown), ...(hidden > 0 ? [`and ${hidden} more`] : [])];
  return shown.map((line) => `- ${line}`).join('\n');
}
