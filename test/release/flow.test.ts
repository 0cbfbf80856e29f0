import { expect, test } from '@jest/globals';
import { findFreeze, parseFlow, requireEnvironment } from '../../scripts/release/flow.ts';
import { catchFailure } from '../support/command/catch-failure.ts';

const whole = `environments:
  - name: dev
  - name: staging
    from: dev
    soak: { for: 30m, by: descent }
    auto: true
  - name: production
    from: staging
    soak: 24h
    healthy: true
    via: merge-request
    override: [soak, freeze]
freezes:
  - environments: [production]
    from: 2026-12-23T00:00:00Z
    to: 2027-01-02T00:00:00+01:00
    reason: end of year
  - environments: [staging]
    every: { from: Fri 16:00, to: Mon 08:00, zone: Europe/Berlin }
    reason: weekend
accepted:
  - commit: "3f9c1b2a3f9c1b2a3f9c1b2a3f9c1b2a3f9c1b2a"
    reason: asked for by Grace
`;

test('a flow says the order, and the rules between', () => {
  const usual = { healthy: false, auto: false, via: 'push', override: [] };
  expect(parse(whole)).toEqual({
    environments: [
      { name: 'dev', soak: { for: 0, by: 'release' }, ...usual },
      { name: 'staging', from: 'dev', soak: { for: 1_800_000, by: 'descent' }, ...usual, auto: true },
      {
        name: 'production',
        from: 'staging',
        soak: { for: 86_400_000, by: 'release' },
        healthy: true,
        auto: false,
        via: 'merge-request',
        override: ['soak', 'freeze'],
      },
    ],
    freezes: [
      {
        environments: ['production'],
        from: new Date('2026-12-23T00:00:00Z'),
        to: new Date('2027-01-01T23:00:00Z'),
        reason: 'end of year',
      },
      {
        environments: ['staging'],
        every: { from: 'Fri 16:00', to: 'Mon 08:00', zone: 'Europe/Berlin' },
        reason: 'weekend',
      },
    ],
    accepted: [{ commit: '3f9c1b2a'.repeat(5), reason: 'asked for by Grace' }],
  });
});

const at = 'environments/flow.yaml';
const dev = 'environments:\n  - name: dev\n';
const freeze = `${dev}freezes:\n  - environments: [dev]\n    from: 2026-12-23T00:00:00Z\n`;

test.each([
  [
    'an acceptance of an abbreviation',
    `${dev}accepted: [{ commit: "3f9c1b2a", reason: x }]\n`,
    `${at}:3: accepted.0.commit: must be the whole SHA of a commit, in quotes`,
  ],
  ['a name twice', `${dev}  - name: dev\n`, `${at}:3: environments.1.name: dev is listed twice`],
  [
    'a source that is none',
    `${dev}  - name: staging\n    from: test\n`,
    `${at}:4: environments.1.from: test is not an environment of this flow`,
  ],
  [
    'a cycle',
    'environments:\n  - name: dev\n    from: staging\n  - name: staging\n    from: dev\n',
    `${at}:3: environments.0.from: dev takes from staging, which is not listed before it`,
  ],
  [
    'an environment that takes from itself',
    'environments:\n  - name: dev\n    from: dev\n',
    `${at}:3: environments.0.from: dev takes from dev, which is not listed before it`,
  ],
  [
    'a soak in nothing',
    `${dev}    soak: 30m\n`,
    `${at}:3: environments.0.soak: dev has "soak", but no "from" that releases are promoted from`,
  ],
  [
    'rules of promotions where nothing is promoted',
    `${dev}    healthy: true\n    auto: true\n    override: [soak]\n`,
    ['healthy', 'auto', 'override']
      .map(
        (key, index) =>
          `${at}:${index + 3}: environments.0.${key}: dev has "${key}", but no "from" that releases are promoted from`,
      )
      .join('\n'),
  ],
  [
    'an override of the order',
    `${dev}  - name: staging\n    from: dev\n    override: [order]\n`,
    `${at}:5: environments.1.override.0: Invalid option: expected one of "soak"|"freeze"|"healthy"`,
  ],
  [
    'a soak that is none',
    `${dev}  - name: staging\n    from: dev\n    soak: -5m\n`,
    `${at}:5: environments.1.soak.for: "-5m" must be a duration such as 30m, 24h or 7d`,
  ],
  [
    'a soak by nothing known',
    `${dev}  - name: staging\n    from: dev\n    soak: { for: 5m, by: luck }\n`,
    `${at}:5: environments.1.soak.by: Invalid option: expected one of "release"|"descent"`,
  ],
  [
    'a name that is no name',
    'environments:\n  - name: ../dev\n',
    `${at}:2: environments.0.name: must be lowercase letters, digits and dashes`,
  ],
  [
    'the name of another folder',
    'environments:\n  - name: argocd\n',
    `${at}:2: environments.0.name: is the folder of the Argo CD objects, and cannot be an environment`,
  ],
  [
    'a freeze that ends before it starts',
    `${freeze}    to: 2026-12-22T00:00:00Z\n    reason: rest\n`,
    `${at}:6: freezes.0.to: the freeze ends before it starts`,
  ],
  [
    'a freeze with no end',
    `${freeze}    reason: rest\n`,
    `${at}:4: freezes.0: a freeze must have "from" and "to", or "every", and not both`,
  ],
  [
    'a freeze of one window and of each week',
    `${freeze}    to: 2027-01-01T00:00:00Z\n    every: { from: Fri 16:00, to: Mon 08:00, zone: UTC }\n    reason: rest\n`,
    `${at}:4: freezes.0: a freeze must have "from" and "to", or "every", and not both`,
  ],
  [
    'a week with no such times',
    `${dev}freezes:\n  - environments: [dev]\n    every: { from: Friday, to: Mon 24:00, zone: Europe/Paradise }\n    reason: rest\n`,
    [
      'from: must be a day and a time, such as Fri 16:00',
      'to: must be a day and a time, such as Fri 16:00',
      'zone: must be a time zone such as Europe/Berlin',
    ]
      .map((fault) => `${at}:5: freezes.0.every.${fault}`)
      .join('\n'),
  ],
  [
    'a week that ends when it starts',
    `${dev}freezes:\n  - environments: [dev]\n    every: { from: Fri 16:00, to: Fri 16:00, zone: UTC }\n    reason: rest\n`,
    `${at}:5: freezes.0.every: the freeze ends when it starts`,
  ],
  [
    'a freeze of nothing known',
    `${freeze.replace('[dev]', '[dev, test]')}    to: 2027-01-01T00:00:00Z\n    reason: rest\n`,
    `${at}:4: freezes.0.environments.1: test is not an environment of this flow`,
  ],
  [
    'a time that is none',
    `${freeze}    to: tomorrow\n    reason: rest\n`,
    `${at}:6: freezes.0.to: must be a time such as 2026-12-23T00:00:00Z`,
  ],
  ['no environment', 'environments: []\n', `${at}:1: environments: Too small: expected array to have >=1 items`],
  ['a key that it has not', `${dev}    form: staging\n`, `${at}:2: environments.0: Unrecognized key: "form"`],
  [
    'several faults',
    `${dev}  - name: dev\n  - name: staging\n    from: test\n`,
    `${at}:3: environments.1.name: dev is listed twice\n` +
      `${at}:5: environments.2.from: test is not an environment of this flow`,
  ],
])('a flow with %s is refused, with the line', (_, content, message) => {
  const failure = catchFailure(() => parse(content));
  expect({ code: failure.code, message: failure.message, hint: failure.hint }).toEqual({
    code: 'invalid-flow',
    message,
    hint: 'environments/README.md says what the flow may hold.',
  });
});

test.each([
  ['an unknown alias', `${dev}    from: *nothing\n`, ':3: the alias *nothing names nothing that ends before it.'],
  ['an alias in itself', 'environments: &all [*all]\n', ':1: the alias *all names nothing that ends before it.'],
  ['brackets without end', `environments: ${'['.repeat(100_000)}`, ':1: the file is nested too deeply.'],
])('a flow with %s is no fault of the program', (_, content, message) => {
  const failure = catchFailure(() => parse(content));
  expect([failure.code, failure.message]).toEqual(['invalid-file', at + message]);
});

test('an environment that the flow does not name is refused, and those that it names are listed', () => {
  const failure = catchFailure(() => requireEnvironment(parse(whole), 'prod'));
  expect(failure.message).toBe('"prod" is not an environment of environments/flow.yaml.');
  expect(failure.hint).toBe('Name one of: dev, staging, production.');
});

test('a freeze begins at its start, and is over at its end', () => {
  const find = (environment: string, time: string) => findFreeze(parse(whole), environment, new Date(time))?.reason;
  expect(find('production', '2026-12-22T23:59:59.999Z')).toBeUndefined();
  expect(find('production', '2026-12-23T00:00:00.000Z')).toBe('end of year');
  expect(find('production', '2027-01-01T22:59:59.999Z')).toBe('end of year');
  expect(find('production', '2027-01-01T23:00:00.000Z')).toBeUndefined();
  expect(find('dev', '2026-12-25T00:00:00.000Z')).toBeUndefined();
});

function parse(content: string) {
  return parseFlow({ path: at, bytes: Buffer.from(content) });
}
