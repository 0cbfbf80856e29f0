import { rename } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { emptyValues } from '../support/git/origin.ts';
import { openWaitingRoom, otherDigest, repeat } from '../support/command/waiting-room.ts';
import type { WaitingRoom } from '../support/command/waiting-room.ts';

let room: WaitingRoom;

beforeEach(async () => {
  room = await openWaitingRoom();
});

afterEach(async () => {
  await room[Symbol.asyncDispose]();
});

test('a newer release that overtakes it is success', async () => {
  const steps = { 3: () => room.deliver(room.tags[2]) };
  const run = await room.play([room.well({ health: 'Progressing' })], { steps });
  expect(run).toMatchObject({
    document: { outcome: 'superseded', tag: room.tags[1], commit: room.commits[1], seconds: 30 },
    text: `dev: ${room.tags[1]} is superseded by ${room.tags[2]}.`,
  });
});

test('a release that is degraded, but overtaken already, is no failure', async () => {
  const run = await room.play([room.well({ health: 'Degraded' })], {
    steps: { 3: () => room.deliver(room.tags[2]) },
  });
  expect(run.document).toMatchObject({ outcome: 'superseded', seconds: 16 });
});

test('an older release that comes instead is a failure', async () => {
  const run = room.play([room.well({ health: 'Progressing' })], {
    steps: { 3: () => room.deliver(room.tags[0]) },
  });
  await expect(run).rejects.toMatchObject({
    code: 'gone-back',
    exitCode: 6,
    message: `dev was taken from ${room.tags[1]} to ${room.tags[0]} meanwhile.`,
  });
});

test('an image that is rebuilt under its tag is waited for instead', async () => {
  const rebuilt = repeat(room.well({ digest: otherDigest }), 20);
  const run = await room.play(rebuilt, { steps: { 3: () => room.deliver(room.tags[1], otherDigest) } });
  expect(run.document).toMatchObject({ outcome: 'healthy', digest: otherDigest });
});

test('a remote that cannot be reached for a while ends no wait', async () => {
  const { directory } = room.sandbox.origin;
  const run = await room.play([...repeat(room.well({ health: 'Progressing' }), 18), room.well()], {
    steps: {
      3: () => rename(directory, `${directory}.away`),
      17: () => rename(`${directory}.away`, directory),
    },
  });
  expect(run.document).toMatchObject({ outcome: 'healthy' });
  expect(run.lines).toContainEqual(expect.stringMatching(/ could not be reached: /));
});

test('an environment that runs nothing is told at once', async () => {
  await room.sandbox.origin.commit('Empty it', { 'environments/dev/values.yaml': emptyValues('dev') });
  await expect(room.play([room.well()])).rejects.toMatchObject({
    code: 'nothing-to-wait-for',
    exitCode: 3,
    message: 'dev runs nothing yet.',
  });
});
