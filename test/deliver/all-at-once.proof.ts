import { expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { audit } from '../../scripts/look/audit.ts';
import { serveArgo } from '../support/argocd/server.ts';
import { recordApplication } from '../support/argocd/situation.ts';
import { createOperator } from '../support/command/operator.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';
import { variables } from '../support/command/waiting-room.ts';
import { namedApplications } from '../support/git/applicationset.ts';
import { emptyValues } from '../support/git/origin.ts';
import { digestOf, runs } from '../support/git/runs.ts';

// Those that are waited for: what runs there stays.
const waited = ['asia', 'europe', 'africa', 'america'] as const;
const environments = [
  { name: 'dev' },
  { name: 'staging', from: 'dev', auto: true },
  { name: 'production', from: 'staging', auto: true },
  ...waited.map((name) => ({ name, from: 'dev' })),
];
// Milliseconds: a process has a core to itself for a small part of it.
const timeLimit = 540_000;

test('of 32 waits, promotions and advances at once none is lost, and no rule is broken', async () => {
  await using sandbox = await createSandbox();
  const { tag, deliveries } = await prepare(sandbox);
  const { origin } = sandbox;
  const before = (await origin.log()).length;
  const well = recordApplication({ commit: deliveries.release, tag, digest: digestOf(tag) });
  await using server = await serveArgo({ applications: [{ body: well }] });
  const commands = [
    ...waited.flatMap((name) => repeat(['wait', name], 4)),
    ...repeat(['promote', 'staging'], 4),
    ...repeat(['promote', 'production'], 4),
    ...repeat(['advance'], 8),
  ];
  const jobs = await Promise.all(
    commands.map(async (args) => ({ args, checkout: await sandbox.clone({ asJob: true }) })),
  );

  const results = await Promise.all(
    jobs.map(({ args, checkout }) =>
      sandbox.gitops(checkout, [...args, '--deadline', '10m'], variables(server.host), { timeLimit }),
    ),
  );

  expect(results).toHaveLength(32);
  // A promotion may come when there is nothing to promote yet.
  const failed = results.filter(
    ({ status }, index) => status !== 0 && !(status === 3 && commands[index]?.[0] === 'promote'),
  );
  expect(failed).toEqual([]);
  for (const [commit, names] of deliveries.waited) expect(await readNoted(sandbox, commit)).toEqual(names);
  expect(await origin.git('rev-list', '--count', 'refs/notes/deliveries')).toBe(String(waited.length));

  await sandbox.gitops(await sandbox.clone({ asJob: true }), ['advance'], {}, { timeLimit });
  // Each promotion was made once, after what was there.
  const titles = (await origin.log()).slice(0, -before);
  expect(titles).toEqual([`promote(production): ${tag}`, `promote(staging): ${tag}`]);
  const { document } = await audit(createOperator(sandbox, jobs[0]?.checkout ?? ''), {
    since: undefined,
    strict: false,
  });
  expect(document).not.toContainEqual(expect.objectContaining({ severity: 'breach' }));
  await origin.git('fsck', '--strict');
  expect(await sandbox.leftovers()).toEqual([]);
}, 600_000);

/** A release that runs wherever it is waited for: in two environments by the same commit, in the others by one each. */
async function prepare({ origin }: Sandbox) {
  const values = waited.map((name) => [`environments/${name}/values.yaml`, emptyValues(name)] as const);
  const files = { 'environments/flow.yaml': stringify({ environments }), ...namedApplications };
  await origin.commit('Set the flow', { ...files, ...Object.fromEntries<string>(values) });
  const release = await origin.commit('Add a thing');
  const tag = release.slice(0, 8);
  await origin.commit(`deploy(dev): ${tag}`, runs({ dev: tag }));
  const [one, other, ...rest] = waited;
  const noted = new Map<string, string[]>();
  noted.set(await origin.commit('Set two', runs({ [one]: tag, [other]: tag })), [one, other]);
  for (const name of rest) noted.set(await origin.commit(`promote(${name}): ${tag}`, runs({ [name]: tag })), [name]);
  return { tag, deliveries: { release, waited: noted } };
}

/** The environments that a note on a commit has a verdict of healthy for, in alphabetical order. */
async function readNoted({ origin }: Sandbox, commit: string): Promise<string[]> {
  const note = await origin.git('notes', '--ref=deliveries', 'show', commit);
  const found = note.matchAll(/^Verdict: healthy\nEnvironment: (.*)$/gm);
  return Array.from(found, ([, name = '']) => name).sort();
}

function repeat<T>(item: T, times: number): T[] {
  return Array.from({ length: times }, () => item);
}
