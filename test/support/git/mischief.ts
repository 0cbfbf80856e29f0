import type { Person } from './import.ts';

/** What people write who mean no harm. */
export const subjects = [
  'Add the version endpoint',
  'Answer health checks while draining',
  'Close idle connections at once',
  'Round prices half to even',
  'Read the catalogue in pages',
  'Say which field of an order is wrong',
  'Bump fastify from 5.12.7 to 5.12.8',
  'Take the timeout from the configuration',
  'Revert "Round prices half up"',
] as const;

/** Subjects that a page must show as they are: markup, entities, other directions, wide characters, no space to break at. */
export const mischief = {
  script: '<script>alert(1)</script>',
  attribute: `"><img src=x onerror="alert('subject')">`,
  style: 'Show what is in </style></title><svg onload=alert(2)>',
  entity: 'Write &amp; for &, and &lt;b&gt; for <b>bold</b>',
  direction: 'Name it \u202Egnp.tnemyap\u202C in the export \u2066of files',
  emoji: 'Ship it 🚀👩🏽‍🚀',
  long: `Rename ${'configurationOfTheCatalogue'.repeat(12).slice(0, 293)}`,
  template: '${alert(3)} {{ alert(4) }} %3Cscript%3E',
} as const;

/** People of whom some have names and logins that a page must show as they are. */
export const people = {
  ada: { name: 'Ada Lovelace', login: 'ada' },
  zoe: { name: 'Zoë Åström-Núñez', login: 'zoe' },
  grace: { name: 'Grace Hopper', login: 'grace' },
  lukasz: { name: 'Łukasz "Lu" O’Brien & Söhne', login: 'lukasz' },
  hostile: { name: `Robert'); DROP TABLE`, login: `robert"onmouseover="alert('actor')` },
} as const satisfies Record<string, Person>;

/** Reasons that a page must show as they are. */
export const reasons = {
  hold: 'Stock-taking until <i>Monday</i>, ask "Grace" & Zoë</td><script>alert(5)</script>',
  rollback: 'Orders of < 5 € were lost, see https://example.com/incidents?id=1&from=<b>',
  failed: `Deployment orders: 1 of 3 pods <img src=x onerror=alert('verdict')> are not ready`,
} as const;

/** An address of a pipeline that no page may make a link of. */
export const hostilePipeline = `javascript:alert('pipeline')`;
