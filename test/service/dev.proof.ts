import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { runProgram } from '../../scripts/process/program.ts';
import { findPort } from '../support/process/service.ts';
import { copyService } from '../support/service/built-service.ts';

const { name } = createRequire(import.meta.url)('../../package.json') as { name: string };

test('npm run dev starts the service with a short log, type errors and a debugger, and again after a change', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'service-'));
  await copyService(folder.path);
  const port = await findPort();
  const debugPort = await findPort();
  const ended = new AbortController();
  let log = '';
  const running = runProgram('npm', ['run', 'dev', '--', '--debug', `127.0.0.1:${debugPort}`], {
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
    await until(() => /^\[[\d:.]+\] .*INFO.*: .*Server listening at http/m.test(log));
    expect(await findName(port)).toBe(name);
    // What a debugger asks first.
    const targets = await (await fetch(`http://127.0.0.1:${debugPort}/json/list`)).json();
    expect(targets).toEqual([expect.objectContaining({ type: 'node', title: 'dist/main' })]);
    // A request is one line, and short.
    await until(() => /^\[[\d:.]+\] .*INFO.*: .*request.*$/m.test(log));
    expect(log).not.toMatch(/"(release|requestId)"/);

    const file = join(folder.path, 'src', 'about', 'about.controller.ts');
    const source = await readFile(file, 'utf8');
    await writeFile(file, source.replace('name: build.name', "name: 'changed'"));
    await until(async () => (await findName(port)) === 'changed');

    await writeFile(file, source.replace('name: build.name', 'name: build.nickname'));
    await until(() => log.includes("Property 'nickname' does not exist"));
  } finally {
    ended.abort();
    await running.catch(() => undefined);
  }
}, 60_000);

/** The name of what answers at the port, if anything does. */
async function findName(port: number): Promise<string | undefined> {
  const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
  return ((await answer?.json()) as { name: string } | undefined)?.name;
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await setTimeout(50);
}
