import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { promote } from '../../scripts/deliver/promote.ts';
import { countTimes } from '../../scripts/git/mainline.ts';
import { audit } from '../../scripts/look/audit.ts';
import { history } from '../../scripts/look/history.ts';
import { status } from '../../scripts/look/status.ts';
import { createOperator } from '../support/command/operator.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';
import { flow } from '../support/git/flow.ts';
import { runs } from '../support/git/runs.ts';

let sandbox: Sandbox;
let checkout: string;
let [older, newer] = ['', ''];

beforeEach(async () => {
  sandbox = await createSandbox();
  const { origin } = sandbox;
  origin.time = new Date('2026-09-22T09:00:00Z');
  await origin.commit('Set the rules', flow({ staging: { soak: '30m' } }));
  [older = '', newer = ''] = (await origin.commitAll(['Older', 'Newer'])).map((sha) => sha.slice(0, 8));
  // Code, and nothing below environments/, is what tells how late it is.
  origin.time = new Date('2026-09-22T10:00:00Z');
  await origin.commit('Go on');
  checkout = await sandbox.clone();
});

afterEach(async () => {
  await sandbox[Symbol.asyncDispose]();
});

test('a commit of 2020 on top of one of today passes no soak, in the command and in the audit', async () => {
  const { origin } = sandbox;
  origin.time = new Date('2020-01-01T00:00:00Z');
  await origin.commit('Deploy by hand', runs({ dev: older }));
  const operator = operatorAt('2026-09-22T10:10:00Z');
  await expect(promote(operator, 'staging')).rejects.toMatchObject({
    code: 'not-soaked',
    message: `staging takes a release that has run in dev for 30m: ${older} not before 2026-09-22T10:30:00.000Z.`,
  });
  const [row] = (await history(operator, 'dev', { limit: 1, columns: 200 })).document as object[];
  expect(row).toMatchObject({ tag: older, since: '2026-09-22T10:00:00.000Z' });
  expect((await status(operator, 200)).document).toMatchObject([{ since: '2026-09-22T10:00:00.000Z' }, {}, {}]);

  origin.time = new Date('2026-09-22T10:10:00Z');
  const early = await origin.commit('Promote by hand', runs({ staging: older }));
  expect(await audit(operator, { since: undefined, strict: false })).toMatchObject({
    exitCode: 3,
    document: [{ rule: 'edited' }, { commit: early, rule: 'not-soaked' }],
  });
});

test('--since leaves out nothing that came later, whatever its clock said', async () => {
  const { origin } = sandbox;
  origin.time = new Date('2020-01-01T00:00:00Z');
  await origin.commit('Promote by hand', runs({ staging: older }));
  const run = await sandbox.gitops(checkout, ['audit', '--since', '2026-09-22', '--json']);
  expect({ ...run, stdout: JSON.parse(run.stdout) as unknown }).toMatchObject({
    status: 3,
    stdout: [{ rule: 'out-of-order', time: '2026-09-22T10:00:00.000Z' }],
  });
});

test('a clock that is ahead makes nothing older, and nothing that comes after it either', async () => {
  const { origin } = sandbox;
  origin.time = new Date('2026-09-22T11:00:00Z');
  await origin.commit('Deploy by hand', runs({ dev: older }));
  origin.time = new Date('2026-09-22T10:05:00Z');
  await origin.commit('Deploy by hand', runs({ dev: newer }));
  const attempt = (time: string) => promote(operatorAt(`2026-09-22T${time}:00Z`), 'staging');
  await expect(attempt('10:50')).rejects.toMatchObject({ code: 'not-soaked' });
  await expect(attempt('11:29')).rejects.toMatchObject({ code: 'not-soaked' });
  expect(await attempt('11:30')).toMatchObject({ outcome: 'changed' });
});

test.each(['99999999999999 +0000', '18446744073709551615 +0000', '1790000000 +9999', '0 +0000', '-1 +0000'])(
  'a commit at %s is no fault',
  async (time) => {
    const { origin } = sandbox;
    const person = `Ada Developer <ada@example.com> ${time}`;
    const tree = await origin.git('rev-parse', 'main^{tree}');
    const commit = `tree ${tree}\nparent ${await origin.tip()}\nauthor ${person}\ncommitter ${person}\n\nSet the clock\n`;
    const sha = await origin.write('commit', commit);
    await origin.git('update-ref', 'refs/heads/main', sha);
    origin.time = new Date('2026-09-22T10:05:00Z');
    await origin.commit('Deploy by hand', runs({ dev: older }));
    for (const args of [['audit'], ['status'], ['history', 'dev'], ['hold', 'dev', '--reason', 'x']]) {
      expect(await sandbox.gitops(checkout, args)).toMatchObject({ status: 0 });
    }
  },
);

test('counted times never go back, never are in the future, and are right where the clocks are', () => {
  const time = fc.date({ noInvalidDate: true });
  fc.assert(
    fc.property(fc.array(time), time, (claimed, now) => {
      const counted = countTimes(claimed, now);
      const sorted = counted.toSorted((a, b) => a.getTime() - b.getTime());
      expect(counted).toEqual(sorted);
      expect(counted.every((moment) => moment <= now)).toBe(true);
    }),
    { seed: 1 },
  );
  const right = ['10:00', '10:00', '11:30'].map((clock) => new Date(`2026-09-22T${clock}:00Z`));
  expect(countTimes(right, new Date('2026-09-22T12:00:00Z'))).toEqual(right);
});

function operatorAt(time: string) {
  return createOperator(sandbox, checkout, { now: () => new Date(time) });
}
