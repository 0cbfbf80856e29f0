import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import type { Loopback } from '../process/loopback.ts';

export interface CuttingProxy extends Loopback {
  /** How often it has cut a connection. */
  cuts: number;
}

/** Stands between a client and a server, and cuts each of the first connections that carry an upload, in the midst. */
export async function serveCuts(target: string, times: number): Promise<CuttingProxy> {
  const [host = '', port = ''] = target.split(':');
  const proxy = { cuts: 0 };
  const server = createServer((client) => {
    const upstream = connect(Number(port), host);
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.on('data', (chunk: Buffer) => {
      if (proxy.cuts < times && chunk.toString('latin1').startsWith('PATCH ')) {
        proxy.cuts += 1;
        client.resetAndDestroy();
        upstream.destroy();
      } else upstream.write(chunk);
    });
    upstream.on('data', (chunk: Buffer) => client.write(chunk));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: own } = server.address() as AddressInfo;
  return Object.assign(proxy, {
    host: `127.0.0.1:${own}`,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  });
}
