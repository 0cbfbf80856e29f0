import { expect, test } from '@jest/globals';
import { listLeftovers } from './clear.ts';
import { Stage } from './stage.ts';

test('the proof leaves no namespace, Application, ApplicationSet, project or secret behind, not even in the middle of a sync', async () => {
  const stage = await Stage.open([{ name: 'dev' }]);
  try {
    const release = await stage.project.release('Hang', {
      migrate: { args: ['--eval', 'setInterval(() => 0, 1000); // hang-please'] },
    });
    await stage.deploy('dev', release);
    await stage.until('the sync waits for its hook', async () => {
      const { operationState } = (await stage.application('dev'))?.status ?? {};
      return operationState?.message.includes('hook batch/Job') ?? false;
    });
    expect((await listLeftovers(stage.name)).sort()).toEqual(
      [
        `applicationset.argoproj.io/${stage.name}`,
        `application.argoproj.io/${stage.name}-dev`,
        `appproject.argoproj.io/${stage.name}-dev`,
        `namespace/${stage.name}-dev`,
        `secret/${stage.name}-repository`,
      ].sort(),
    );
  } finally {
    await stage[Symbol.asyncDispose]();
  }
  expect(await listLeftovers(stage.name)).toEqual([]);
}, 300_000);
