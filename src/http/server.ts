import { createServer, IncomingMessage } from 'node:http';
import type { RequestListener, Server, ServerOptions, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The most requests of one connection that may wait for the answers before theirs. */
const mostWaiting = 16;
/** The most bytes of answers that all clients of a server together may leave unread. */
const mostUnread = 32 * 1024 ** 2;

/** The answer that a connection took up last, and how many requests wait behind it. */
const connections = new WeakMap<Socket, { last: ServerResponse | undefined; waiting: number }>();

/**
 * A server that keeps little of what clients do not read. Node hands all requests that have arrived on a connection to
 * their handler at once: here each waits until the answer to the one before it is taken, and a client that lets too many
 * wait is let go. When all clients together leave too much unread, those that have not read for longest are let go.
 */
export function createBoundedServer(options: ServerOptions, handle: RequestListener): Server {
  const server = createServer({ ...options, IncomingMessage: BoundedRequest }, (request, response) => {
    inTurn(request.socket, response, handle.bind(undefined, request, response));
  });
  const sockets = new Set<Socket>();
  const unread = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections.set(socket, { last: undefined, waiting: 0 });
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket) && unread.delete(socket));
  });
  const timer = setInterval(letGo, 100, sockets, unread).unref();
  return server.once('close', clearInterval.bind(undefined, timer));
}

/**
 * Thousands of requests fit into what Node parses at once. One too many claims to be an upgrade, which nobody takes here:
 * Node makes no answer for it, forgets it, and closes the connection.
 */
class BoundedRequest extends IncomingMessage {
  declare private isUpgrade: boolean;

  get upgrade(): boolean {
    return this.isUpgrade || (connections.get(this.socket)?.waiting ?? 0) >= mostWaiting;
  }

  set upgrade(isUpgrade: boolean) {
    this.isUpgrade = isUpgrade;
  }
}

function inTurn(socket: Socket, response: ServerResponse, handle: () => void): void {
  const connection = connections.get(socket);
  const last = connection?.last;
  if (connection) connection.last = response;
  if (!connection || !last || last.closed) {
    handle();
    return;
  }
  connection.waiting += 1;
  last.once('close', () => {
    connection.waiting -= 1;
    if (!socket.destroyed) handle();
  });
}

/** `unread` is in the order in which the connections began to have something unread. */
function letGo(sockets: ReadonlySet<Socket>, unread: Set<Socket>): void {
  let total = 0;
  for (const socket of sockets) {
    total += socket.writableLength;
    if (socket.writableLength > 0) unread.add(socket);
    else unread.delete(socket);
  }
  for (const socket of unread) {
    // The last one may have asked for more than that, and be reading it.
    if (total <= mostUnread || unread.size === 1) return;
    total -= socket.writableLength;
    unread.delete(socket);
    socket.destroy();
  }
}
