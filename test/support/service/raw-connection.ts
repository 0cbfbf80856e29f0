import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection without an HTTP client, that can say what no client would. */
export interface RawConnection {
  socket: Socket;
  /** What was received until now. */
  received: () => string;
  /** Resolves when the connection is over, by whatever side and way; true when it was reset. */
  closed: Promise<boolean>;
}

/** Connects to a port of the loopback, and says something. */
export async function openConnection(port: number, text: string): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  let wasReset = false;
  socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
  socket.on('error', () => (wasReset = true));
  const closed = new Promise<boolean>((resolve) => {
    socket.on('close', () => {
      resolve(wasReset);
    });
  });
  await once(socket, 'connect');
  socket.write(text, 'latin1');
  return { socket, received: () => received, closed };
}
