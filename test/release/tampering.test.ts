import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { parse, parseDocument, stringify } from 'yaml';
import { auditHistory } from '../../scripts/release/audit.ts';
import { change, relate } from '../support/git/changes.ts';
import { flow } from '../support/git/flow.ts';
import { runningValues } from '../support/git/origin.ts';
import type { Files } from '../support/git/origin.ts';
import { digestOf, holds } from '../support/git/runs.ts';

const names = ['dev', 'staging', 'production'] as const;
const [a, b, c] = ['1111111a', '2222222b', '3333333c'];
const flowPath = 'environments/flow.yaml';
const rules = flow({
  staging: { soak: '30m' },
  production: { soak: '1h', via: 'merge-request' },
  freeze: { environments: ['production'], from: '2026-09-22T20:00:00Z', to: '2026-09-22T23:00:00Z' },
});

/** A history in which every rule was kept: every delivery as the commands make it. */
const kept: readonly ReturnType<typeof change>[] = [
  change('08:00', {
    ...rules,
    ...valuesOf('dev', ''),
    ...valuesOf('staging', ''),
    ...valuesOf('production', ''),
  }),
  delivery('08:01', 'deploy', 'dev', a),
  delivery('08:40', 'promote', 'staging', a),
  delivery('09:40', 'promote', 'production', a),
  delivery('10:00', 'deploy', 'dev', b),
  change('10:10', holds('staging'), { message: 'hold(staging)' }),
  change('10:20', { 'environments/staging/hold.yaml': undefined }, { message: 'resume(staging)' }),
  delivery('10:30', 'promote', 'staging', b),
  change('10:40', { ...valuesOf('dev', a), ...holds('dev') }, { message: `rollback(dev): ${a}` }),
  change('10:50', holds('production'), { message: 'hold(production)' }),
  change('10:55', { 'environments/dev/hold.yaml': undefined }, { message: 'resume(dev)' }),
  delivery('11:00', 'deploy', 'dev', c),
];

/** All files, as they are after the first commits; undefined where something is that is not a regular file. */
type Tree = ReadonlyMap<string, string | undefined>;

/** What somebody does to the files, by hand. */
type Tampering = (tree: Tree) => { files: Files; irregular?: string[] };

test('a history in which every rule was kept has neither breach nor notice', () => {
  expect(auditHistory({ changes: kept }, relate)).toEqual([]);
});

test('whatever changes what runs, or makes a rule looser, is in the audit, and nothing else is', () => {
  const seen = { found: 0, nothing: 0 };
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: kept.length }),
      tampering(),
      fc.constantFrom('Edit', 'hold(staging)', ...[a, b, c].flatMap((tag) => titlesOf(tag))),
      (position, tamper, message) => {
        const before = treeAt(position);
        const { files, irregular = [] } = tamper(before);
        const after: Tree = new Map([
          ...before,
          ...Object.entries(files).map(([path, content]) => [path, content?.toString()] as const),
        ]);
        const time = kept[position - 1]?.commit.time.toISOString().slice(11, 16) ?? '';
        const tampered = { ...change(time, files, { message, irregular }) };
        tampered.commit.sha = 'tampered';
        const history = [...kept.slice(0, position), tampered, ...kept.slice(position)];
        const found = auditHistory({ changes: history }, relate).filter(({ commit }) => commit === tampered.commit);
        const matters = irregular.length > 0 || isTampered(before, after, position);
        seen[matters ? 'found' : 'nothing'] += 1;
        expect({ files, found: found.length > 0 }).toEqual({ files, found: matters });
      },
    ),
    { numRuns: 1_000, seed: 13, endOnFailure: true },
  );
  expect(Math.min(seen.found, seen.nothing)).toBeGreaterThan(200);
});

/** The titles of deliveries, which a commit by hand may have too. */
function titlesOf(tag: string): string[] {
  return [`deploy(dev): ${tag}`, `promote(staging): ${tag}`, `promote(production): ${tag}`];
}

function valuesOf(name: string, tag: string): Files {
  const image = runningValues(name, tag, tag && digestOf(tag), tag === '' ? '' : tag.padEnd(40, '0'));
  return { [`environments/${name}/values.yaml`]: `${image}config:\n  LOG_LEVEL: info\n  ORDERS: "1"\n` };
}

function delivery(time: string, kind: string, name: string, tag: string) {
  const message = `${kind}(${name}): ${tag}`;
  const merged = name === 'production' ? { author: 'Ada', message } : undefined;
  const made = change(time, valuesOf(name, tag), { message, committer: merged ? 'Grace' : 'Ada', merged });
  return merged ? { ...made, commit: { ...made.commit, author: 'Grace' } } : made;
}

function treeAt(position: number): Tree {
  const files = kept.slice(0, position).flatMap(({ files }) => [...files]);
  return new Map(files.map(([path, bytes]) => [path, bytes?.toString()]));
}

function tampering(): fc.Arbitrary<Tampering> {
  const name = fc.constantFrom(...names);
  const path = name.map((name) => `environments/${name}/values.yaml`);
  const rewrite = (path: string, write: (text: string) => string | undefined): Tampering => {
    return (tree) => ({ files: { [path]: write(tree.get(path) ?? '') } });
  };
  return fc.oneof(
    // A value, perhaps the one that it has.
    fc
      .tuple(path, fc.constantFrom(...settings))
      .map(([path, [keys, value]]) => rewrite(path, (text) => setIn(text, keys, value))),
    // The same values, written otherwise.
    fc.tuple(path, fc.constantFrom(...rewritings)).map(([path, write]) => rewrite(path, write)),
    fc.constantFrom(...flowEdits).map((edit) =>
      rewrite(flowPath, (text) => {
        const flow = parse(text) as FlowFile;
        edit(flow);
        return stringify(flow);
      }),
    ),
    fc.constantFrom(...rewritings.slice(0, 2)).map((write) => rewrite(flowPath, write)),
    // What nobody can read, or what is not where it belongs.
    fc
      .tuple(fc.constantFrom(flowPath, ...ownFiles), fc.constantFrom('a: *b\n', 'a: [', '', 'a: 1\na: 1\n'))
      .map(([path, content]) => rewrite(path, () => content)),
    fc
      .constantFrom(flowPath, ...ownFiles)
      .map((path): Tampering => () => ({ files: { [path]: undefined }, irregular: [path] })),
    fc.constantFrom(...strays).map((path) => rewrite(path, () => 'image: {}\n')),
    fc.constantFrom(...harmless).map((path) => rewrite(path, () => 'image: {}\n')),
    // A hold that comes or goes, and values that go.
    fc.constantFrom(...ownFiles).map((path) => rewrite(path, () => undefined)),
    name.map((name): Tampering => () => ({ files: holds(name) })),
  );
}

interface FlowFile {
  environments: { name: string; from?: string; soak?: string; via?: string }[];
  freezes: { environments: string[]; from: string; to: string; reason: string }[];
}

const settings: readonly (readonly [keys: string[], value: unknown])[] = [
  [['replicas'], 1],
  [['replicas'], 5],
  [['config', 'LOG_LEVEL'], 'info'],
  [['config', 'LOG_LEVEL'], 'debug'],
  [['config', 'ORDERS'], '1'],
  [['config', 'ORDERS'], 1],
  [['config', 'NEW'], 'x'],
  [['extra'], { objects: [] }],
  [['image', 'repository'], 'evil.example.com/orders'],
  [['image', 'digest'], ''],
  [['image', 'digest'], digestOf('9')],
  [['image', 'tag'], c],
  [['image', 'revision'], ''],
];

const rewritings: readonly ((text: string) => string)[] = [
  (text) => `# Here.\n${text}`,
  (text) => text.replaceAll('\n', '\r\n'),
  (text) => stringify(parse(text)),
  (text) => stringify(Object.fromEntries(Object.entries(parse(text) as object).reverse())),
  (text) => text.replaceAll('"', "'"),
];

const flowEdits: readonly ((flow: FlowFile) => void)[] = [
  ...['10m', '30m', '2h'].map((soak) => ({ environments: [, staging] }: FlowFile) => {
    if (staging) staging.soak = soak;
  }),
  ({ environments: [, staging] }) => delete staging?.soak,
  ({ environments: [, , production] }) => delete production?.via,
  ({ environments: [, staging] }) => Object.assign(staging ?? {}, { via: 'merge-request' }),
  ({ environments: [, , production] }) => Object.assign(production ?? {}, { from: 'dev' }),
  ({ environments: [, staging] }) => {
    delete staging?.from;
    delete staging?.soak;
  },
  (flow) => flow.environments.pop() && (flow.freezes = []),
  (flow) => flow.environments.push({ name: 'preview', from: 'dev' }),
  (flow) => {
    flow.environments.splice(1, 0, { name: 'preview', from: 'dev' });
    Object.assign(flow.environments[2] ?? {}, { from: 'preview' });
  },
  (flow) => (flow.freezes = []),
  ...['2026-09-22T21:00:00Z', '2026-09-22T19:00:00Z'].map((from) => ({ freezes: [freeze] }: FlowFile) => {
    if (freeze) freeze.from = from;
  }),
  ...['2026-09-22T22:00:00Z', '2026-09-23T22:00:00Z'].map((to) => ({ freezes: [freeze] }: FlowFile) => {
    if (freeze) freeze.to = to;
  }),
  ({ freezes }) => freezes[0]?.environments.unshift('staging'),
  ({ freezes }) => {
    freezes.forEach((freeze) => (freeze.environments = ['staging']));
  },
  // One freeze as two that meet, and as two that do not.
  ...['2026-09-22T21:30:00Z', '2026-09-22T21:00:00Z'].map((to) => ({ freezes }: FlowFile) => {
    const [freeze] = freezes;
    if (freeze) freezes.splice(0, 1, { ...freeze, from: '2026-09-22T21:30:00Z' }, { ...freeze, to });
  }),
];

const ownFiles = names.flatMap((name) => ['values', 'hold'].map((file) => `environments/${name}/${file}.yaml`));
const strays = [
  'environments/dev/values.yml',
  'environments/dev/Values.yaml',
  'environments/staging/hold.yml',
  'environments/staging/hold.yaml/why',
  'environments/flow.yml',
  'environments/archive/dev/values.yaml',
  'environments/production/values.yaml/values.yaml',
];
const harmless = ['environments/README.md', 'environments/dev/notes.yaml', 'environments/argocd/project.yaml'];

function setIn(text: string, keys: readonly string[], value: unknown): string {
  const document = parseDocument(text);
  document.setIn(keys, value);
  return document.toString();
}

/** Told apart by other means than the audit's: what Argo CD would read, and each rule every ten minutes. */
function isTampered(before: Tree, after: Tree, position: number): boolean {
  const changed = [...after].filter(([path, text]) => before.get(path) !== text);
  const isChanged = (path: string) => changed.some(([other]) => other === path);
  if (strays.some(isChanged)) return true;
  return (
    names.some((name) => isEnvironmentTampered(name, before, after, position)) ||
    (isChanged(flowPath) && isLooser(before.get(flowPath), after.get(flowPath), position))
  );
}

function isEnvironmentTampered(name: string, before: Tree, after: Tree, position: number): boolean {
  const [values, hold] = [`environments/${name}/values.yaml`, `environments/${name}/hold.yaml`];
  const read = (text: string | undefined): unknown => {
    try {
      return text === undefined ? 'gone' : (parse(text, { logLevel: 'silent' }) as unknown);
    } catch {
      return text;
    }
  };
  const [old, now] = [read(before.get(values)), read(after.get(values))];
  const hasRun = kept.slice(1, position).some(({ files }) => files.has(values));
  const isEmpty = (value: unknown) => value === 'gone' || !/tag"?: *"?[0-9a-f]/.test(JSON.stringify(value));
  const isUnreadable = before.get(values) !== after.get(values) && !isDeepStrictEqual(old, now) && isBroken(now);
  const renders = hasRun || !isEmpty(now);
  const rendersOtherwise = renders && !isDeepStrictEqual(old, now);
  const text = after.get(hold);
  const isHoldTampered =
    text === undefined ? before.get(hold) !== undefined : text !== before.get(hold) && !text.includes('reason');
  return isUnreadable || rendersOtherwise || isHoldTampered;
}

function isBroken(values: unknown): boolean {
  const image = (values as { image?: Record<string, unknown> } | null)?.image;
  return values !== 'gone' && (!image || (image.tag === '' && (image.digest !== '' || image.revision !== '')));
}

function isLooser(before = '', after: string | undefined, position: number): boolean {
  if (after === undefined || !/^environments:/m.test(after)) return true;
  const [old, now] = [parse(before) as FlowFile, parse(after) as FlowFile];
  const times = Array.from({ length: 300 }, (_, index) => {
    return (kept[position - 1]?.commit.time.getTime() ?? 0) + index * 600_000;
  });
  return old.environments.some(({ name, from, soak = '0m', via }) => {
    const next = now.environments.find((environment) => environment.name === name);
    if (!next || (from !== undefined && from !== next.from)) return true;
    if (minutesOf(next.soak) < minutesOf(soak) || (via === 'merge-request' && next.via !== via)) return true;
    return times.some((time) => isFrozen(old, name, time) && !isFrozen(now, name, time));
  });
}

function minutesOf(soak = '0m'): number {
  return parseInt(soak, 10) * (soak.endsWith('h') ? 60 : 1);
}

function isFrozen({ freezes }: FlowFile, name: string, time: number): boolean {
  return freezes.some(
    ({ environments, from, to }) => environments.includes(name) && Date.parse(from) <= time && time < Date.parse(to),
  );
}
