import { expect, test } from '@jest/globals';
import { formatDelivery } from '../../scripts/release/delivery.ts';
import { parseDigest, parseRevision, parseTag } from '../../scripts/release/image.ts';

const digest = parseDigest(`sha256:${'a'.repeat(64)}`, 'digest');
const from = image('9d0e4c77');
const to = image('3f9c1b2a');
const delivery = { kind: 'deploy', environment: 'dev', from, to, actor: 'grace' } as const;

test('a delivery of one commit says its subject, and all that is known as trailers', () => {
  const pipeline = 'https://gitlab.example.com/orders/-/pipelines/7';
  expect(formatDelivery({ ...delivery, subjects: ['Add the version endpoint'], pipeline })).toBe(
    `deploy(dev): 3f9c1b2a

Add the version endpoint

Environment: dev
Kind: deploy
From: 9d0e4c77
To: 3f9c1b2a
Digest: ${digest}
Revision: ${to.revision}
Actor: grace
Pipeline: https://gitlab.example.com/orders/-/pipelines/7
`,
  );
});

test('a first delivery comes from nothing', () => {
  expect(formatDelivery({ ...delivery, from: undefined, subjects: ['Start the project'] })).toBe(
    `deploy(dev): 3f9c1b2a

Start the project

Environment: dev
Kind: deploy
To: 3f9c1b2a
Digest: ${digest}
Revision: ${to.revision}
Actor: grace
`,
  );
});

test('a delivery of several commits lists them', () => {
  expect(formatDelivery({ ...delivery, subjects: ['Third', 'Second', 'First'] })).toContain(
    '3f9c1b2a\n\n3 commits:\n\n- Third\n- Second\n- First\n\nEnvironment: dev\n',
  );
});

test('of more than 20 commits the newest 20 are listed, and the others counted', () => {
  const subjects = Array.from({ length: 23 }, (_, index) => `Change ${23 - index}`);
  const listed = subjects.slice(0, 20).map((subject) => `- ${subject}\n`);
  expect(formatDelivery({ ...delivery, subjects })).toContain(
    `\n\n23 commits:\n\n${listed.join('')}- and 3 more\n\nEnvironment: dev\n`,
  );
  expect(formatDelivery({ ...delivery, subjects: subjects.slice(0, 20) })).not.toContain('more');
});

test.each([
  ['Add the endpoint [skip ci]', 'Add the endpoint (skip ci)'],
  ['[CI SKIP] Correct a word', '(CI SKIP) Correct a word'],
  ['Fix the total. Closes #12', 'Fix the total. Closes (#12)'],
  ['fixes: group/orders#7 and more', 'fixes: (group/orders#7) and more'],
  ['Resolve https://gitlab.example.com/a/b/-/issues/3', 'Resolve (https://gitlab.example.com/a/b/-/issues/3)'],
  ['Implements ORDERS-42', 'Implements (ORDERS-42)'],
  ['Close the connection', 'Close the connection'],
])('the subject "%s" closes no issue again, and skips no pipeline', (subject, told) => {
  for (const subjects of [[subject], [subject, 'Another']]) {
    expect(formatDelivery({ ...delivery, subjects })).toContain(told);
    expect(formatDelivery({ ...delivery, subjects }).includes(subject)).toBe(subject === told);
  }
});

function image(tag: string) {
  return {
    tag: parseTag(tag, 'tag'),
    digest,
    revision: parseRevision(tag.padEnd(40, '0'), 'revision'),
  };
}
