import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { html } from 'hono/html';
import type { Place } from '../branch/place.ts';
import type { Answer } from '../look/answer.ts';
import { Failure } from '../shell/failure.ts';
import { findMachineFault } from '../shell/machine.ts';
import { readFacts, type Facts } from './facts.ts';
import { renderNow } from './now.ts';
import { writePage, type Page } from './page.ts';
import { listRules, renderRules } from './rules.ts';
import { listRanges, renderThen } from './then.ts';
import { createTimeline } from './timeline.ts';
import { listTrends, renderTrend } from './trend.ts';

/** Writes the board into a folder, and takes out its pages that are no more. */
export async function writeBoard(place: Place, output: string): Promise<Answer> {
  const facts = await readFacts(place);
  const written = new Set<string>();
  try {
    await mkdir(output, { recursive: true });
    for await (const [file, text] of renderBoard(facts, false)) {
      await writeFile(join(output, file), text);
      written.add(file);
    }
    const old = (await readdir(output)).filter((file) => /^(week|month|trend)-.*\.html$/.test(file));
    for (const file of old) if (!written.has(file)) await rm(join(output, file));
  } catch (cause) {
    // A page that cannot be rendered is a fault of the program, and a disk that is full one of the machine.
    if (!Error.isError(cause) || !('syscall' in cause) || findMachineFault(cause)) throw cause;
    const problem = `The board cannot be written into ${JSON.stringify(output)}: ${cause.message}`;
    throw new Failure('usage', problem, 'Name a folder that can be written by --output.', { cause });
  }
  const index = join(output, 'index.html');
  return { document: { index, pages: written.size }, text: `Wrote ${index} and ${written.size - 1} more pages.` };
}

/** Renders the pages one after the other, each with its file: there can be many. Those that are served load again when they have changed. */
export async function* renderBoard(facts: Facts, isServed: boolean): AsyncGenerator<[file: string, text: string]> {
  for (const page of listPages(facts)) yield [page.file, await writePage(page, facts, isServed)];
}

function* listPages(facts: Facts): Generator<Page> {
  const timeline = createTimeline(facts.events);
  const body = html`${renderNow(facts)}${renderThen(facts, timeline)}${renderTrend(facts, timeline)}${renderRules(facts)}`;
  yield { file: 'index.html', title: 'Board', body };
  yield* listRanges(facts, timeline);
  yield* listTrends(facts, timeline);
  yield listRules(facts);
}
