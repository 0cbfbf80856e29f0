import { exitCode } from '../../scripts/shell/failure.ts';
import { runMain } from '../../scripts/shell/run-main.ts';
import { makeStandIns } from '../support/image/stand-ins.ts';
import { findLack } from './requirements.ts';

await runMain(async () => {
  const lack = await findLack();
  if (lack) throw lack;
  await makeStandIns();
  return exitCode.done;
});
