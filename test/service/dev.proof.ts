import { expect, test } from '@jest/globals';
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { runProgram } from '../../scripts/program.ts';
import { findPort } from '../../scripts/service.ts';
import { copyService } from '../support/built-service.ts';

test('npm run dev starts the service with a log for people, and again after a change', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'service-'));
  await copyService(folder.path);
  const port = await findPort();
  const ended = new AbortController();
  let log = '';
  const running = runProgram('npm', ['run', 'dev'], {
    cwd: folder.path,
    env: { PATH: process.env.PATH, HOME: folder.path, PORT: String(port), METRICS_PORT: 'off' },
    timeLimit: 60_000,
    signal: ended.signal,
    echo: new Writable({
      write(chunk: Buffer, _encoding, done) {
        log += chunk.toString();
        done();
      },
    }),
  });
  try {
    await waitFor('nestjs-service', port);
    expect(log).toMatch(/^\[[\d:.]+\] .*INFO.*: .*Server listening at http/m);

    const file = join(folder.path, 'src', 'about', 'about.controller.ts');
    const source = await readFile(file, 'utf8');
    await writeFile(file, source.replace('name: build.name', "name: 'changed'"));
    await waitFor('changed', port);
  } finally {
    ended.abort();
    await running.catch(() => undefined);
  }
}, 60_000);

/** Asks until what answers at the port says that this is its name. */
async function waitFor(name: string, port: number): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    const about = (await answer?.json()) as { name: string } | undefined;
    if (about?.name === name) return;
    await setTimeout(50);
  }
}
