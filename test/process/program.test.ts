import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { runProgram } from '../../scripts/process/program.ts';

const env = { PATH: process.env.PATH, GREETING: 'hello' };

test('a program gets its arguments, its input and its environment, and nothing else', async () => {
  const script = 'cat; printf "%s|%s" "$1" "$GREETING$HOME"; printf oh >&2; exit 3';
  const options = { env, timeLimit: 10_000, input: 'in|' };
  expect(await runProgram('sh', ['-c', script, 'sh', 'a b"$c'], options)).toEqual({
    status: 3,
    stdout: Buffer.from('in|a b"$c|hello'),
    stderr: 'oh',
    timedOut: false,
  });
});

test('somebody who watches sees both outputs as they come', async () => {
  const echo = new PassThrough();
  await runProgram('sh', ['-c', 'echo out; echo err >&2'], { env, timeLimit: 10_000, echo });
  expect((await text(echo.end())).split('\n').sort()).toEqual(['', 'err', 'out']);
});

test('a program that ends without reading its input is no fault', async () => {
  const { status } = await runProgram('true', [], { env, timeLimit: 10_000, input: Buffer.alloc(1_000_000) });
  expect(status).toBe(0);
});

// The grandchild holds the outputs open: while it lives, the call does not come back.
const family = 'sleep 60 & echo started; wait';

test('a time limit ends what the program started too', async () => {
  expect(await runProgram('sh', ['-c', family], { env, timeLimit: 300 })).toEqual({
    status: null,
    stdout: Buffer.from('started\n'),
    stderr: '',
    timedOut: true,
  });
});

// The grandchild has left the group, and holds the outputs open for longer than a test may take.
const emigrant = 'setsid sleep 45 & echo started';

test('a time limit ends a program although a child has left its group and keeps the output', async () => {
  expect(await runProgram('sh', ['-c', `${emigrant}; wait`], { env, timeLimit: 300 })).toEqual({
    status: null,
    stdout: Buffer.from('started\n'),
    stderr: '',
    timedOut: true,
  });
});

test('a program that has ended is not waited for because of such a child', async () => {
  const run = runProgram('sh', ['-c', `${emigrant}; exit 3`], { env, timeLimit: 60_000 });
  expect(await run).toMatchObject({ status: 3, stdout: Buffer.from('started\n'), timedOut: false });
});

test('an abort ends what the program started too, and its reason comes out', async () => {
  const controller = new AbortController();
  const echo = new PassThrough().once('data', () => {
    controller.abort(new Error('That is enough.'));
  });
  const options = { env, timeLimit: 60_000, signal: controller.signal, echo };
  await expect(runProgram('sh', ['-c', family], options)).rejects.toThrow('That is enough.');
});

test('nothing is started after an abort', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'program-'));
  const file = join(folder.path, 'file');
  await writeFile(file, '');
  const options = { env, timeLimit: 10_000, signal: AbortSignal.abort(new Error('Too late.')) };
  await expect(runProgram('rm', [file], options)).rejects.toThrow('Too late.');
  expect(await readFile(file, 'utf8')).toBe('');
});

test('a program that is not there is named', async () => {
  await expect(runProgram('no-such-program', [], { env, timeLimit: 10_000 })).rejects.toMatchObject({
    code: 'missing-program',
    message: 'no-such-program is not installed, or not on the PATH.',
    hint: 'Install no-such-program.',
    exitCode: 2,
  });
});

test('nothing that a program has said is lost while the machine is too busy to read it', async () => {
  const block = (milliseconds: number) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
  };
  // One program ends while another one's words are taken in, and is known to have ended before its own are looked for.
  const echo = new Writable({
    write(_chunk, _encoding, done) {
      block(600);
      setImmediate(() => {
        block(1_500);
      });
      done();
    },
  });
  const options = { env, timeLimit: 60_000 };
  const runs = [
    runProgram('sh', ['-c', 'printf one'], { ...options, echo }),
    runProgram('sh', ['-c', 'sleep 0.4; printf two'], options),
  ];
  block(200);
  const results = await Promise.all(runs);
  expect(results.map(({ stdout }) => stdout.toString())).toEqual(['one', 'two']);
});
