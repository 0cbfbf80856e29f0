import { exitCode } from '../../scripts/failure.ts';
import { runMain } from '../../scripts/main.ts';
import { makeStandIns } from '../support/stand-ins.ts';
import { findLack } from './requirements.ts';

await runMain(async () => {
  const lack = await findLack();
  if (lack) throw lack;
  await makeStandIns();
  return exitCode.done;
});
