import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';

/** A server on the loopback address, on any free port, that ends with the block that uses it. */
export interface Loopback extends AsyncDisposable {
  /** `host:port`. */
  host: string;
}

/** Starts the server, with TLS where a certificate is given; where others are to reach it, on another address. */
export async function listen(listener: RequestListener, tls?: ServerOptions, address = '127.0.0.1'): Promise<Loopback> {
  const server = tls ? createSecureServer(tls, listener) : createServer(listener);
  server.listen(0, address);
  await once(server, 'listening');
  const found = server.address();
  if (found === null || typeof found === 'string') throw new Error('The server has no port.');
  return {
    host: `127.0.0.1:${found.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An address of this machine where nobody listens any more. */
export async function findDeadHost(): Promise<string> {
  await using server = await listen(() => undefined);
  return server.host;
}
