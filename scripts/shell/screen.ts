import { randomUUID } from 'node:crypto';
import { styleText } from 'node:util';

type Style = 'bold' | 'red' | 'green' | 'yellow' | 'cyan';

// Marks a style until the text is shown. A text of others cannot hold it, since each run has another one.
const key = randomUUID();
const painted = new RegExp(`<${key} (\\w+)>(.*?)</${key}>`, 'gs');

// Characters that control a terminal or change the direction of writing, and those that are no characters of Unicode; line
// ends and tabs are allowed.
const unsafe = /[[\p{Cc}--[\n\t]]\p{Cs}\p{NChar}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gv;

/** Emphasizes a text, where it is shown on a terminal. */
export function paint(style: Style, text: string): string {
  return `<${key} ${style}>${text}</${key}>`;
}

/** The same text without emphasis. */
export function plainOf(text: string): string {
  return text.replace(painted, '$2');
}

/**
 * Writes lines: all output goes through here. A subject, a name or a message of others may have characters that control a
 * terminal; each is shown as U+FFFD.
 */
export function show(text: string, stream: NodeJS.WriteStream = process.stdout): void {
  const emphasize = (_: string, style: Style, words: string) => styleText(style, words, { stream });
  stream.write(`${text.replace(unsafe, '\ufffd').replace(painted, emphasize)}\n`);
}

/** Writes a JSON document; the same characters are escaped in it, so that a parser reads the original text. */
export function showDocument(document: unknown): void {
  // A character outside of the first plane is escaped as the two units that it is.
  const escape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const text = JSON.stringify(document, null, 2).replace(unsafe, (character) => character.replace(/[^]/g, escape));
  process.stdout.write(`${text}\n`);
}
