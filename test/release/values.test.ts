import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseDigest, parseRevision, parseTag } from '../../scripts/release/image.ts';
import { createValuesReader, readImage, readRepository, replaceImage } from '../../scripts/release/values.ts';
import { catchFailure } from '../support/command/catch-failure.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const before = imageOf('3f9c1b2a', 'a');
const after = imageOf('9d0e4c77', 'b');
const edited = (await readdir(join(fixtures, 'edited'))).filter((name) => name.endsWith('.before.yaml'));

test.each(edited)('a delivery changes the image in %s and no other byte', async (name) => {
  const file = await readValues('edited', name);
  const expected = await readValues('edited', name.replace('.before.', '.after.'));

  expect(readImage(file)).toEqual(before);
  expect(text(replaceImage(file, after))).toBe(text(expected.bytes));
  expect(text(replaceImage(expected, before))).toBe(text(file.bytes));
});

const quoted = 'Write it as one quoted scalar of its own, such as tag: "3f9c1b2a".';
const oneDocument = 'Write the file as one YAML document in UTF-8.';
const allOrNone = 'Empty all of tag, digest, revision, or set them to those of one release.';
const keepOne = 'Keep one of the two.';
const escape = 'Remove it, or write it as an escape in double quotes.';
const stringKeys = 'a key must be a string, with no alias and no tag';
const plainKeys = 'Write each key beside the release itself, with no merge, anchor or tag.';
const differ = 'is not allowed, since YAML parsers differ on it';
const addTag = 'Add image.tag to it, as "".';
const aTag = 'Give a commit SHA of 7 to 40 lowercase hexadecimal digits, such as 3f9c1b2a.';

const manyKeys = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1\n`).join('');

const refusals: Record<string, [message: string, hint: string]> = {
  'alias-as-a-key.yaml': [`values.yaml:5: ${stringKeys}.`, oneDocument],
  'alias-bomb.yaml': [
    'values.yaml:5: the aliases up to here repeat more than 10000 values.',
    'Write the values themselves.',
  ],
  'alias-in-itself.yaml': [
    'values.yaml:1: the alias *list names nothing that ends before it.',
    'Write &list before it, or the value itself in its place.',
  ],
  'alias-of-the-image.yaml': ['values.yaml:4: image is an alias (*image).', quoted],
  'alias-of-the-tag.yaml': ['values.yaml:3: image.tag is an alias (*name).', quoted],
  'anchor-on-the-image.yaml': ['values.yaml: an edit would also change sidecar.tag.', quoted],
  'anchor-on-the-key.yaml': ['values.yaml:2: the key "tag" has an anchor (&key).', plainKeys],
  'anchor-on-the-tag.yaml': ['values.yaml:2: image.tag has an anchor (&tag).', quoted],
  'block-scalar.yaml': ['values.yaml:2: image.tag is a block scalar.', quoted],
  'broken.yaml': ['values.yaml:2: broken YAML: Missing closing "quote.', oneDocument],
  'byte-order-mark-inside.yaml': [`values.yaml:4: the character U+FEFF ${differ}.`, escape],
  'carriage-return.yaml': [`values.yaml:2: the character U+000D ${differ}.`, escape],
  'comments-alone.yaml': ['values.yaml: the file is empty.', oneDocument],
  'control-character.yaml': [`values.yaml:4: the character U+0007 ${differ}.`, escape],
  'deep.yaml': ['values.yaml:4: the value is nested more than 100 deep.', 'Write it flatter.'],
  'digest-alone.yaml': [`values.yaml: image.tag is empty, but image.digest is "${before.digest}".`, allOrNone],
  'directive.yaml': ['values.yaml:1: a YAML directive is not allowed.', 'Remove the line.'],
  'duplicate-image.yaml': ['values.yaml:4: duplicate key "image".', keepOne],
  'duplicate-key.yaml': ['values.yaml:4: duplicate key "tag".', keepOne],
  'empty-key.yaml': ['values.yaml:4: a key is empty.', 'Write the key before the colon.'],
  'empty.yaml': ['values.yaml: the file is empty.', oneDocument],
  'escaped-key.yaml': ['values.yaml:4: duplicate key "tag".', keepOne],
  'escapes.yaml': ['values.yaml:2: image.tag is written with escapes or over several lines.', quoted],
  'explicit-key.yaml': ['values.yaml:4: duplicate key "tag".', keepOne],
  'folded-scalar.yaml': ['values.yaml:2: image.tag is a block scalar.', quoted],
  'line-separator.yaml': [`values.yaml:2: the character U+2028 ${differ}.`, escape],
  'list.yaml': ['values.yaml: image is missing.', addTag],
  'map-for-a-tag.yaml': ['values.yaml:2: image.tag is not a scalar.', quoted],
  'merge-key-beside-the-image.yaml': ['values.yaml:6: a merge key (<<) is not allowed here.', plainKeys],
  'merge-key-beside-the-tag.yaml': ['values.yaml:5: a merge key (<<) is not allowed here.', plainKeys],
  'merged-image.yaml': ['values.yaml:5: a merge key (<<) is not allowed here.', plainKeys],
  'missing-digest.yaml': ['values.yaml: image.digest is missing.', 'Add image.digest to it, as "".'],
  'missing-image.yaml': ['values.yaml: image is missing.', addTag],
  'missing-revision.yaml': ['values.yaml: image.revision is missing.', 'Add image.revision to it, as "".'],
  'missing-tag.yaml': ['values.yaml: image.tag is missing.', addTag],
  'next-line.yaml': [`values.yaml:2: the character U+0085 ${differ}.`, escape],
  'no-colon.yaml': ['values.yaml:1: image.tag has no value.', quoted],
  'no-digest.yaml': [
    'values.yaml: image.digest: "sha256:abc" is not an image digest.',
    'Give what the registry said when the image was pushed: sha256: and 64 lowercase hexadecimal digits.',
  ],
  'no-map.yaml': ['values.yaml: image.tag is missing.', addTag],
  'no-revision.yaml': [
    'values.yaml: image.revision: "3f9c1b2a0" is not the whole SHA of a commit.',
    'Give all of its 40 lowercase hexadecimal digits: git rev-parse shows them.',
  ],
  'no-tag.yaml': [`values.yaml: image.tag: "latest" is not the tag of a release.`, aTag],
  'no-value.yaml': ['values.yaml:2: image.tag has no value.', quoted],
  'not-utf-8.yaml': ['values.yaml: the file is not UTF-8.', oneDocument],
  'null.yaml': [`values.yaml: image.tag: "null" is not the tag of a release.`, aTag],
  'number-and-text-as-keys.yaml': ['values.yaml:5: duplicate key "1".', keepOne],
  'other-revision.yaml': [
    `values.yaml: image.tag is "3f9c1b2a", which does not abbreviate image.revision, "${after.revision}".`,
    'Set tag, digest and revision to those of one release.',
  ],
  'over-two-lines.yaml': ['values.yaml:2: image.tag is written with escapes or over several lines.', quoted],
  'paragraph-separator.yaml': [`values.yaml:2: the character U+2029 ${differ}.`, escape],
  'revision-alone.yaml': [`values.yaml: image.tag is empty, but image.revision is "${before.revision}".`, allOrNone],
  'several-documents.yaml': ['values.yaml:4: a second document begins here.', oneDocument],
  'tag-on-a-key.yaml': [`values.yaml:4: ${stringKeys}.`, oneDocument],
  'tag-on-the-key.yaml': ['values.yaml:2: the key "tag" has a YAML tag (tag:yaml.org,2002:str).', plainKeys],
  'unknown-alias.yaml': [
    'values.yaml:4: the alias *nothing names nothing that ends before it.',
    'Write &nothing before it, or the value itself in its place.',
  ],
  'yaml-tag.yaml': ['values.yaml:2: image.tag has a YAML tag (tag:yaml.org,2002:str).', quoted],
};

test('every refused form has its message', async () => {
  expect(await readdir(join(fixtures, 'refused'))).toEqual(Object.keys(refusals));
});

test.each(Object.entries(refusals))('%s is refused by name', async (name, [message, hint]) => {
  const file = await readValues('refused', name);
  const failure = catchFailure(() => {
    readImage(file);
    replaceImage(file, after);
  });
  expect({ message: failure.message, hint: failure.hint }).toEqual({ message, hint });
  expect(failure.exitCode).toBe(2);
});

test.each([
  ['too large', '#'.repeat(50_000_000), 'values.yaml: the file has 50000000 bytes, and must have at most 262144.'],
  ['100,000 open brackets', `a: ${'['.repeat(100_000)}`, 'values.yaml:1: the file is nested too deeply.'],
  [
    '100,000 closed brackets',
    `a: ${'['.repeat(1e5)}${']'.repeat(1e5)}`,
    'values.yaml:1: the file is nested too deeply.',
  ],
  ['20,000 keys and one twice', `${manyKeys}k1: 1\n`, 'values.yaml:20001: duplicate key "k1".'],
])('a file with %s is refused in a moment', (_, content, message) => {
  const start = performance.now();
  const failure = catchFailure(() => readImage(values(content)));
  expect({ code: failure.code, message: failure.message }).toEqual({ code: 'invalid-file', message });
  expect(performance.now() - start).toBeLessThan(5_000);
});

test('a reader of versions refuses what a reader of one does', () => {
  const content = `# \ufffd\nimage: {tag: "3f9c1b2a", digest: ""}\n`;
  const read = createValuesReader();
  expect(read(values(content)).image?.tag).toBe('3f9c1b2a');
  const bytes = Buffer.concat([Buffer.from('# \xff', 'latin1'), Buffer.from(content.slice(3))]);
  expect(catchFailure(() => read({ path: 'values.yaml', bytes })).message).toBe('values.yaml: the file is not UTF-8.');
});

test('an environment that has run nothing yet has no image', () => {
  expect(readImage(values('image: {tag: "", digest: "", revision: ""}'))).toBeUndefined();
});

test('a tag that somebody wrote without quotes is taken for what it says, and gets quotes', () => {
  const file = values('image:\n  tag: 01234567\n  digest: ""\n  revision: ""\n');
  expect(readImage(file)?.tag).toBe('01234567');
  const image = imageOf('12345678', 'b');
  expect(text(replaceImage(file, image))).toBe(
    `image:\n  tag: "12345678"\n  digest: "${image.digest}"\n  revision: "${image.revision}"\n`,
  );
});

test('an environment pulls from its own repository before the one of the chart', () => {
  const own = values('image:\n  repository: own.example.com/orders\n');
  const chart = values('image:\n  repository: chart.example.com/orders\n');
  expect(readRepository(own, chart)).toBe('own.example.com/orders');
  expect(readRepository(values('replicas: 1\n'), chart)).toBe('chart.example.com/orders');
  expect(readRepository(values('replicas: 1\n'), undefined)).toBeUndefined();
});

async function readValues(folder: string, name: string) {
  return { path: 'values.yaml', bytes: await readFile(join(fixtures, folder, name)) };
}

function values(content: string) {
  return { path: 'values.yaml', bytes: Buffer.from(content) };
}

function imageOf(tag: string, digit: string) {
  return {
    tag: parseTag(tag, 'tag'),
    digest: parseDigest(`sha256:${digit.repeat(64)}`, 'digest'),
    revision: parseRevision(tag.padEnd(40, digit), 'revision'),
  };
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
