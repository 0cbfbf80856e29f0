import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { lintCheckout } from '../lint/checkout.ts';
import { pipelinePath } from '../lint/pipeline.ts';
import { write, type Contents } from '../shell/contents.ts';
import { environmentsFolder } from '../release/flow.ts';
import { chartPath } from '../release/values.ts';
import { Failure } from '../shell/failure.ts';
import { makeTemporary } from '../shell/machine.ts';

/** Lints a checkout as it would be with other contents; nothing in it changes. */
export async function requireFine(root: string, contents: Contents, signal: AbortSignal): Promise<void> {
  await using copy = await makeTemporary('environments-');
  for (const path of [environmentsFolder, chartPath, pipelinePath])
    await cp(join(root, path), join(copy.path, path), { recursive: true });
  await write(copy.path, contents);
  try {
    await lintCheckout(copy.path, root, signal);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const words = error.message.replaceAll(`${copy.path}/`, '');
    throw new Failure(error.code, `Nothing is changed, since npm run check would refuse it: ${words}`, error.hint);
  }
}
