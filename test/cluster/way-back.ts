import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { report } from './report.ts';
import { Stage } from './stage.ts';
import type { Release } from './project.ts';
import { whatRuns } from './deployment.ts';

/** A release that does not come to work, as it is told. */
export interface BadRelease {
  what: string;
  /** What its chart has otherwise. */
  patch: object;
  /** What Argo CD says of it. */
  says: RegExp;
  /** Whether Argo CD says that it failed, so that nobody has to wait for longer. */
  fails: boolean;
}

// Seconds from a push: until it is told what is wrong, 10 of them for Argo CD to find out, and until what comes after is synced.
const told = 25;
const synced = 30;

/** Proves for each that it is told, and that neither the way back nor a newer release is kept out by it. */
export function proveWayBack(releases: readonly BadRelease[]): void {
  describe.each(releases)('after $what', (release) => {
    prove(release);
  });
}

function prove({ what, patch, says, fails }: BadRelease): void {
  let stage: Stage;
  let good: Release;

  beforeAll(async () => {
    stage = await Stage.open([{ name: 'dev' }]);
    good = await stage.project.release('Begin');
    await stage.deploy('dev', good);
    // Also healthy, so that what is told later is of the bad release.
    expect(await stage.project.wait('dev', '90s')).toMatchObject({ status: 0 });
  }, 180_000);

  afterAll(async () => {
    await stage[Symbol.asyncDispose]();
  }, 300_000);

  test(`wait says within ${told} s of the push what is wrong, in Argo CD's words, and ends with 6`, async () => {
    await stage.deploy('dev', await stage.project.release('Go wrong', patch));
    const before = (await stage.project.secondsSincePush()) - now();
    let heard = '';
    let seconds = Infinity;
    const run = await stage.project.wait('dev', fails ? '90s' : `${told}s`, (words) => {
      heard += words;
      if (seconds === Infinity && says.test(heard)) seconds = before + now();
    });
    expect(run.status).toBe(6);
    expect(run.stderr).toMatch(says);
    report(`what is wrong with ${what}, told after`, seconds);
    expect(seconds).toBeLessThan(told);
    // Where it has failed, nobody waits until the time is over.
    if (fails) expect(await stage.project.secondsSincePush()).toBeLessThan(60);
  }, 150_000);

  test(`its rollback is in the cluster within ${synced} s of the push, and wait says so`, async () => {
    await stage.project.gitops('rollback', 'dev', '--reason', 'it does not work');
    await stage.tell();
    const waiting = stage.project.wait('dev', '90s');
    const seconds = await stage.synced('dev', good);
    report(`the rollback of ${what}`, seconds);
    expect(await waiting).toMatchObject({ status: 0 });
    expect(whatRuns(await stage.deployment('dev'))).toEqual({
      image: stage.project.imageOf(good),
      isComplete: true,
    });
    expect(seconds).toBeLessThan(synced);
  }, 150_000);

  test(`a newer release that comes while it fails is in the cluster within ${synced} s of the push`, async () => {
    await stage.project.gitops('resume', 'dev');
    const before = await startOfSync(stage);
    await stage.deploy('dev', await stage.project.release('Go wrong again', patch));
    await stage.until('the bad release is being synced', async () => (await startOfSync(stage)) !== before);
    const newer = await stage.project.release('Set it right');
    await stage.deploy('dev', newer);
    const waiting = stage.project.wait('dev', '90s');
    const seconds = await stage.synced('dev', newer);
    report(`the newer release after ${what}`, seconds);
    expect(await waiting).toMatchObject({ status: 0 });
    expect(whatRuns(await stage.deployment('dev'))).toEqual({
      image: stage.project.imageOf(newer),
      isComplete: true,
    });
    expect(seconds).toBeLessThan(synced);
  }, 150_000);
}

/** When the sync that runs, or the last one, has begun. */
async function startOfSync(stage: Stage): Promise<string | undefined> {
  return (await stage.application('dev'))?.status.operationState?.startedAt;
}

function now(): number {
  return Date.now() / 1000;
}
