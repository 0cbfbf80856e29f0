import { styleText } from 'node:util';

// Noncharacters of Unicode, which no ordinary text has: they stand for styles until the text is shown.
const marks = { bold: '\ufdd1', red: '\ufdd2', green: '\ufdd3', yellow: '\ufdd4', cyan: '\ufdd5' } as const;
type Style = keyof typeof marks;
const end = '\ufdd0';
const allMarks = /[\ufdd0-\ufdd5]/g;

// Characters that control a terminal or change the direction of writing; line ends and tabs are allowed.
const unsafe = /[[\p{Cc}--[\n\t]]\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gv;

/** Emphasizes a text, where it is shown on a terminal. */
export function paint(style: Style, text: string): string {
  return marks[style] + text + end;
}

/** How many characters a text takes: one of two columns, such as an emoji, is taken for one. */
export function lengthOf(text: string): number {
  return Array.from(text.replace(allMarks, '')).length;
}

/**
 * Writes lines: all output goes through here. A subject, a name or a message of others may have characters that control a
 * terminal; each is shown as U+FFFD.
 */
export function show(text: string, stream: NodeJS.WriteStream = process.stdout): void {
  let shown = text.replace(unsafe, '\ufffd');
  for (const [style, mark] of Object.entries(marks) as [Style, string][]) {
    shown = shown.replace(new RegExp(`${mark}([^${end}]*)${end}`, 'g'), (_, words: string) =>
      styleText(style, words, { stream }),
    );
  }
  stream.write(`${shown.replace(allMarks, '')}\n`);
}

/** Writes a JSON document; the same characters are escaped in it, so that a parser reads the original text. */
export function showDocument(document: unknown): void {
  const escape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  process.stdout.write(`${JSON.stringify(document, null, 2).replace(unsafe, escape)}\n`);
}
