import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { openRemote, type Place } from '../branch/place.ts';
import { isLoopback } from '../shell/loopback.ts';
import { Failure } from '../shell/failure.ts';
import { renderBoard } from './board.ts';
import { readFacts } from './facts.ts';
import { changesPath } from './page.ts';

// Milliseconds from one look at the repository to the next, and the longest that pages are kept: what the clock changes, such as
// the end of a freeze, and what is live change without it.
const lookEach = 3_000;
const longestKept = 60_000;

/** Serves the board to this machine until the place's signal ends it. Pages that are open load again when they have changed. */
export async function serveBoard(place: Place, port: number): Promise<never> {
  await using scratch = await openRemote(place);
  const render = async () => new Map(await Array.fromAsync(renderBoard(await readFacts(place), true)));
  const listRefs = () => scratch.listRefs('refs/heads/*', 'refs/notes/*');
  let [refs, pages] = [await listRefs(), await render()];
  const open = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    answer(request, response, pages, open);
  });
  try {
    await listen(server, port);
    place.log(`The board is at http://127.0.0.1:${(server.address() as AddressInfo).port}/; Ctrl-C ends it.`);
    for (let kept = 0; ; kept += lookEach) {
      await setTimeout(lookEach, undefined, { signal: place.signal });
      const next = await listRefs().catch(tell(place));
      if (next === undefined || (next === refs && kept < longestKept)) continue;
      const fresh = await render().catch(tell(place));
      if (!fresh) continue;
      const isOther = withoutTimes(fresh) !== withoutTimes(pages);
      [refs, pages, kept] = [next, fresh, 0];
      if (isOther) for (const response of open) response.write('data:\n\n');
    }
  } finally {
    server.close().closeAllConnections();
  }
}

type Pages = ReadonlyMap<string, string>;

/** Answers this machine alone: a name that leads here, as of a foreign page, is refused. */
function answer({ url, headers }: IncomingMessage, response: ServerResponse, pages: Pages, open: Set<ServerResponse>) {
  const head = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };
  const path = URL.parse(url ?? '', 'http://localhost')?.pathname ?? '';
  const page = pages.get(path === '/' ? 'index.html' : path.slice(1));
  if (!isLoopback(headers.host ?? '')) response.writeHead(403, head).end();
  else if (path === changesPath) {
    response.writeHead(200, { ...head, 'Content-Type': 'text/event-stream' }).flushHeaders();
    open.add(response);
    response.on('close', () => open.delete(response));
  } else if (page === undefined) response.writeHead(404, head).end();
  else response.writeHead(200, { ...head, 'Content-Type': 'text/html; charset=utf-8' }).end(page);
}

/** The pages without the moment at which they were read. */
function withoutTimes(pages: Pages): string {
  return [...pages.values()].join('').replaceAll(/<footer>.*<\/footer>/g, '');
}

/** Tells a failure, so that somebody who watches sees it; what was read before stays. */
function tell({ log, signal }: Place) {
  return (error: unknown): undefined => {
    signal.throwIfAborted();
    if (!(error instanceof Failure)) throw error;
    log(`${error.message}\n${error.hint}`);
  };
}

async function listen(server: Server, port: number): Promise<void> {
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch (cause) {
    throw new Failure('usage', `The board cannot be served: ${(cause as Error).message}`, 'Name another port.', {
      cause,
    });
  }
}
