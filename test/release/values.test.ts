import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseDigest, parseRevision, parseTag } from '../../scripts/release/image.ts';
import { readImage, readRepository, replaceImage } from '../../scripts/release/values.ts';
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
const addTag = 'Add image.tag to it, as "".';
const aTag = 'Give a commit SHA of 7 to 40 lowercase hexadecimal digits, such as 3f9c1b2a.';

const refusals: Record<string, [message: string, hint: string]> = {
  'alias-of-the-image.yaml': ['values.yaml: image is an alias (*image).', quoted],
  'alias-of-the-tag.yaml': ['values.yaml:3: image.tag is an alias (*name).', quoted],
  'anchor-on-the-image.yaml': ['values.yaml: an edit would also change sidecar.tag.', quoted],
  'anchor-on-the-tag.yaml': ['values.yaml:2: image.tag has an anchor (&tag).', quoted],
  'block-scalar.yaml': ['values.yaml:2: image.tag is a block scalar.', quoted],
  'broken.yaml': ['values.yaml:2: broken YAML: Missing closing "quote.', oneDocument],
  'comments-alone.yaml': ['values.yaml: the file is empty.', oneDocument],
  'digest-alone.yaml': [
    `values.yaml: image.tag is empty, but image.digest is "${before.digest}".`,
    allOrNone,
  ],
  'duplicate-image.yaml': ['values.yaml:4: broken YAML: Map keys must be unique.', oneDocument],
  'duplicate-key.yaml': ['values.yaml:4: broken YAML: Map keys must be unique.', oneDocument],
  'empty.yaml': ['values.yaml: the file is empty.', oneDocument],
  'escapes.yaml': ['values.yaml:2: image.tag is written with escapes or over several lines.', quoted],
  'folded-scalar.yaml': ['values.yaml:2: image.tag is a block scalar.', quoted],
  'list.yaml': ['values.yaml: image is missing.', addTag],
  'map-for-a-tag.yaml': ['values.yaml:2: image.tag is no scalar.', quoted],
  'merged-image.yaml': ['values.yaml: image.tag is missing.', addTag],
  'missing-digest.yaml': ['values.yaml: image.digest is missing.', 'Add image.digest to it, as "".'],
  'missing-image.yaml': ['values.yaml: image is missing.', addTag],
  'missing-revision.yaml': ['values.yaml: image.revision is missing.', 'Add image.revision to it, as "".'],
  'missing-tag.yaml': ['values.yaml: image.tag is missing.', addTag],
  'no-digest.yaml': [
    'values.yaml: image.digest: "sha256:abc" is no image digest.',
    'Give what the registry said when the image was pushed: sha256: and 64 lowercase hexadecimal digits.',
  ],
  'no-map.yaml': ['values.yaml: image.tag is missing.', addTag],
  'no-revision.yaml': [
    'values.yaml: image.revision: "3f9c1b2a0" is not the whole SHA of a commit.',
    'Give all of its 40 lowercase hexadecimal digits: git rev-parse shows them.',
  ],
  'no-tag.yaml': [`values.yaml: image.tag: "latest" is no release's tag.`, aTag],
  'no-value.yaml': ['values.yaml:2: image.tag has no value.', quoted],
  'not-utf-8.yaml': ['values.yaml: not UTF-8.', oneDocument],
  'null.yaml': [`values.yaml: image.tag: "null" is no release's tag.`, aTag],
  'other-revision.yaml': [
    `values.yaml: image.revision is "${after.revision}", which image.tag, "3f9c1b2a", does not abbreviate.`,
    'Set tag, digest and revision to those of one release.',
  ],
  'over-two-lines.yaml': ['values.yaml:2: image.tag is written with escapes or over several lines.', quoted],
  'revision-alone.yaml': [
    `values.yaml: image.tag is empty, but image.revision is "${before.revision}".`,
    allOrNone,
  ],
  'several-documents.yaml': ['values.yaml:4: a second document begins here.', oneDocument],
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
