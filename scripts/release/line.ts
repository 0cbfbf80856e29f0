/** A text as one line, whatever it is made of: a line end would pass for more, an escape would move the cursor. */
export function toLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
}
