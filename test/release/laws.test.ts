import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { parseDigest, parseRevision, parseTag } from '../../scripts/release/image.ts';
import type { Image } from '../../scripts/release/image.ts';
import { attempt } from '../../scripts/release/ledger.ts';
import { createValuesReader, readImage, replaceImage } from '../../scripts/release/values.ts';
import { catchFailure } from '../support/command/catch-failure.ts';

type Style = 'double' | 'single' | 'plain';

/** The scalars of an image, or their sources. */
type Scalars = Record<keyof Image, string>;

/** A values file around an image: everything but its scalars. */
interface Template {
  styles: Record<keyof Image, Style>;
  write: (sources: Scalars) => string;
}

const hexadecimal = (minLength: number, maxLength: number) =>
  fc
    .array(fc.integer({ min: 0, max: 15 }), { minLength, maxLength })
    .map((digits) => digits.map((digit) => digit.toString(16)).join(''));

// Every way in which YAML takes hexadecimal digits for a number: decimal, octal, with an exponent, binary.
const numbers = ['12345678', '01234567', '1234e567', '00000000', '0e000000', 'e0000000', '123456789e9', '0b101101'];

const tag = fc
  .oneof(
    hexadecimal(7, 40),
    fc.constantFrom(...numbers),
    fc.nat(99_999_999).map((number) => String(number).padStart(8, '0')),
  )
  .map((text) => parseTag(text, 'tag'));
const digest = hexadecimal(64, 64).map((text) => parseDigest(`sha256:${text}`, 'digest'));
const image: fc.Arbitrary<Image> = fc
  .record({ tag, digest, rest: fc.oneof(hexadecimal(40, 40), fc.constant('0'.repeat(40))) })
  .map(({ tag, digest, rest }) => ({
    tag,
    digest,
    revision: parseRevision(tag + rest.slice(tag.length), 'revision'),
  }));
const fields = fc.shuffledSubarray<keyof Image>(['tag', 'digest', 'revision'], { minLength: 3 });

const separator = fc.constantFrom(' ', '  ', '\t', ' \t ');
const comment = fc.constantFrom('', ' # a note', '\t# tag: "3f9c1b2a"', '   ');
const style = fc.constantFrom<Style>('double', 'single', 'plain');
const neighbours = fc.subarray([
  '',
  '# image: {tag: "3f9c1b2a"}',
  'replicas: 2',
  'name: "😀 ünïcode"',
  'note: |\n  image:\n    tag: "3f9c1b2a"',
  'folded: >-\n  one\n\n  two',
  'list: [tag, {digest: 1}]',
  'since: 2026-11-24',
  'switch: on',
  'octal: 010',
  'base: &base\n  tag: base',
  'sidecar:\n  image:\n    tag: "3f9c1b2a"\n    digest:\t""',
  '"quoted key" :  1',
]);

const block = fc.record({
  indent: fc.integer({ min: 1, max: 6 }),
  separators: fc.record({ tag: separator, digest: separator, revision: separator }),
  comments: fc.record({ tag: comment, digest: comment, revision: comment }),
  fields,
});
const flow = fc.record({
  open: fc.constantFrom('{', '{ ', '{\n    '),
  between: fc.constantFrom(', ', ',\n    ', ' , # then\n    '),
  close: fc.constantFrom('}', ' }', '\n  }'),
  fields,
});

const imageLines = fc.oneof(
  block.map(({ indent, separators, comments, fields }) => (sources: Scalars) => {
    const lines = fields.map((field) => `${field}:${separators[field]}${sources[field]}${comments[field]}`);
    return ['image:', ...lines.map((line) => ' '.repeat(indent) + line)].join('\n');
  }),
  flow.map(({ open, between, close, fields }) => (sources: Scalars) => {
    return `image: ${open}${fields.map((field) => `${field}: ${sources[field]}`).join(between)}${close}`;
  }),
);

const template: fc.Arbitrary<Template> = fc
  .record({
    styles: fc.record({ tag: style, digest: style, revision: style }),
    imageLines,
    neighbours,
    position: fc.nat(),
    lineEnd: fc.constantFrom('\n', '\r\n'),
    lastLineEnd: fc.boolean(),
    byteOrderMark: fc.constantFrom('', '\uFEFF'),
  })
  .map(({ styles, imageLines, neighbours, position, lineEnd, lastLineEnd, byteOrderMark }) => ({
    styles,
    write: (sources) => {
      const lines = neighbours.toSpliced(position % (neighbours.length + 1), 0, imageLines(sources));
      const text = lines.join('\n') + (lastLineEnd ? '\n' : '');
      return byteOrderMark + text.replaceAll('\n', lineEnd);
    },
  }));

test('an edit changes the scalars and no other byte', () => {
  check((template, from, to) => {
    const edited = edit(write(template, from), to);
    expect(edited).toBe(writeEdited(template, to));
  });
});

test('the edited values are strings to every reader, and nothing else has changed its value', () => {
  check((template, from, to) => {
    const before = write(template, from);
    const after = edit(before, to);
    for (const version of ['1.1', '1.2'] as const) {
      const [old, now] = [before, after].map((text) => parse(text, { version, logLevel: 'silent' }) as object);
      expect(now).toEqual({ ...old, image: to });
    }
  });
});

test('editing twice is editing once', () => {
  check((template, from, to) => {
    const once = edit(write(template, from), to);
    expect(edit(once, to)).toBe(once);
  });
});

test('editing back restores the file to the byte, but for a plain scalar that had to get quotes', () => {
  check((template, from, to) => {
    const before = write(template, from);
    const back = edit(edit(before, to), from);
    const quoted = (field: keyof Image) =>
      template.styles[field] === 'plain' && [from, to].some((image) => isNumber(image[field]));
    expect(back).toBe(template.write(quoteAll(template, from, quoted)));
    if (!fieldNames.some(quoted)) expect(back).toBe(before);
  });
});

test('what was written is what is read', () => {
  check((template, from, to) => {
    const before = write(template, from);
    expect(readImage(file(before))).toEqual(from);
    expect(readImage(file(edit(before, to)))).toEqual(to);
  });
});

test('what ends a line for some parsers and not for others is refused wherever it stands', () => {
  const character = fc.constantFrom('\r', '\u0085', '\u2028', '\u2029', '\0', '\u007f', '\ufeff');
  fc.assert(
    fc.property(template, image, character, fc.nat(), (template, image, character, position) => {
      const text = write(template, image);
      const at = 1 + (position % (text.length - 1));
      fc.pre(!(character === '\r' && text[at] === '\n'));
      const failure = catchFailure(() => readImage(file(text.slice(0, at) + character + text.slice(at))));
      const line = text.slice(0, at).split('\n').length;
      expect(failure.code).toBe('invalid-file');
      expect(failure.message).toMatch(`values.yaml:${line}: the character U+`);
    }),
    { numRuns: 200 },
  );
});

test('versions that are read one after another are read as each would be alone', () => {
  const anything = fc.oneof(
    image,
    fc.constantFrom(
      { tag: '', digest: '', revision: '' },
      { tag: 'v1', digest: '', revision: '' },
      { tag: '', digest: 'sha256:1', revision: '' },
      { tag: '', digest: '', revision: '1'.repeat(40) },
      { tag: '1234567', digest: '', revision: '9'.repeat(40) },
    ),
  );
  const addition = fc.constantFrom('', '\n# A note.', '\nreplicas: 3', '\nimage: {}');
  const versions = fc.array(fc.tuple(anything, addition), { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(template, versions, (template, versions) => {
      const read = createValuesReader();
      for (const [sources, addition] of versions) {
        const version = file(write(template, sources) + addition);
        expect(attempt(() => read(version).image)).toEqual(attempt(() => readImage(version)));
      }
    }),
    { numRuns: 200 },
  );
});

const fieldNames = ['tag', 'digest', 'revision'] as const;

function check(law: (template: Template, from: Image, to: Image) => void): void {
  fc.assert(fc.property(template, image, image, law), { numRuns: 200 });
}

/** As somebody wrote it by hand, without quotes also where a number comes of it. */
function write(template: Template, scalars: Scalars): string {
  return template.write(quoteAll(template, scalars, () => false));
}

/** As an edit leaves it. */
function writeEdited(template: Template, image: Image): string {
  return template.write(
    quoteAll(template, image, (field) => template.styles[field] === 'plain' && isNumber(image[field])),
  );
}

/** Each scalar in its style, but for those that get double quotes. */
function quoteAll({ styles }: Template, scalars: Scalars, isDouble: (field: keyof Image) => boolean): Scalars {
  const source = (field: keyof Image) => quote(scalars[field], isDouble(field) ? 'double' : styles[field]);
  return { tag: source('tag'), digest: source('digest'), revision: source('revision') };
}

function quote(text: string, style: Style): string {
  return { double: `"${text}"`, single: `'${text}'`, plain: text }[style];
}

function isNumber(text: string): boolean {
  return /^(\d+|\d*e\d+|0b[01]+)$/.test(text);
}

function edit(text: string, to: Image): string {
  return Buffer.from(replaceImage(file(text), to)).toString();
}

function file(text: string) {
  return { path: 'values.yaml', bytes: Buffer.from(text) };
}
