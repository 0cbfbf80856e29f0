import { expect, test } from '@jest/globals';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runProgram } from '../../scripts/process/program.ts';

test('the proof of the pipeline names what a machine lacks, and how to install it', async () => {
  await using bin = await mkdtempDisposable(join(tmpdir(), 'bin-'));
  const run = await runProgram(process.execPath, [resolve('test/pipeline/prepare.ts')], {
    env: { PATH: bin.path, HOME: bin.path },
    timeLimit: 20_000,
  });
  expect({ ...run, stdout: run.stdout.toString() }).toEqual({
    status: 2,
    timedOut: false,
    stdout: '',
    stderr:
      'The pipeline needs more than this machine has: buildah, docker-registry, rsync, debootstrap, git, util-linux, python3.\n' +
      'On Debian: sudo apt-get install --yes buildah docker-registry rsync debootstrap git util-linux python3\n',
  });
});
