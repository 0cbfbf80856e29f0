import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import type { Loopback } from './loopback.ts';

/** An HTTP proxy on the loopback address. */
export interface Proxy extends Loopback {
  /** What it was asked for, in order: a method, and the host as the client names it. */
  calls: string[];
}

/** Starts a proxy that takes everybody to one server, whatever the host; without one, it answers 502. */
export async function startProxy(target?: string): Promise<Proxy> {
  const calls: string[] = [];
  const [host = '', port = ''] = target?.split(':') ?? [];
  const server = createServer((incoming, response) => {
    const url = new URL(incoming.url ?? '');
    calls.push(`${incoming.method ?? ''} ${url.host}`);
    if (target === undefined) {
      response.writeHead(502).end();
      return;
    }
    const { method = '', headers } = incoming;
    const onward = request({ host, port, method, headers, path: url.pathname + url.search }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    incoming.pipe(onward);
  });
  server.on('connect', (incoming, socket) => {
    calls.push(`CONNECT ${incoming.url ?? ''}`);
    // A client that hangs up is no fault of the proxy.
    socket.on('error', () => undefined);
    if (target === undefined) {
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      return;
    }
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');
  return {
    host: `127.0.0.1:${address.port}`,
    calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
