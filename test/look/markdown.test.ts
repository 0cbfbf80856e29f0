import { expect, test } from '@jest/globals';
import { formatDetails, quoteText } from '../../scripts/look/difference-text.ts';
import { parseTag } from '../../scripts/release/image.ts';

const image = { tag: parseTag('3f9c1b2a', 'this test'), digest: '', revision: '' } as const;

function details(diff: string, limit: number): string {
  const objects = [{ kind: 'ConfigMap', name: 'orders', change: 'changed', onlyLabels: undefined, diff } as const];
  return formatDetails(
    'What changes',
    { environment: 'dev', from: undefined, to: image, onlyImage: false, migrations: [], objects },
    limit,
  );
}

test('a difference that is too long is cut at the end of a line, and says so', () => {
  const lines = Array.from({ length: 10 }, (_, index) => `+  ä${index}`);
  // Each line has six bytes, and one for its end.
  expect(details(lines.join('\n'), 25)).toBe(
    '<details>\n<summary>What changes</summary>\n\n```diff\n+  ä0\n+  ä1\n+  ä2\n```\n\n' +
      'It was cut after 3 of 10 lines.\n\n</details>',
  );
  expect(details(lines.join('\n'), 69)).not.toContain('It was cut');
});

test('a fence in a difference does not end its block', () => {
  expect(details('+ ```\n+ ````', 100)).toContain('\n`````diff\n+ ```\n+ ````\n`````\n');
});

test.each([
  ['Add @all', '`Add @all`'],
  ['Run `rm`', '`` Run `rm` ``'],
  ['``', '``` `` ```'],
])('%j is quoted as %s', (text, quoted) => {
  expect(quoteText(text)).toBe(quoted);
});
