import { once } from 'node:events';
import { connect } from 'node:net';
import { createHistogram } from 'node:perf_hooks';

export interface Load {
  requestsPerSecond: number;
  /** The 99th percentile of the time to an answer, in milliseconds. */
  p99: number;
}

const request = 'GET / HTTP/1.1\r\nHost: bench\r\n\r\n';

/**
 * Asks `/` on 50 connections until all have been answered so many times together. An answer is small enough to
 * come in one piece, so nothing is parsed, and the client costs less than the server.
 */
export async function load(port: number, requests: number): Promise<Load> {
  const times = createHistogram();
  const begin = performance.now();
  let left = requests;
  const isLast = () => (left -= 1) < 0;
  await Promise.all(Array.from({ length: 50 }, () => ask(port, isLast, times)));
  return {
    requestsPerSecond: requests / ((performance.now() - begin) / 1000),
    p99: times.percentile(99) / 1e6,
  };
}

async function ask(port: number, isLast: () => boolean, times: ReturnType<typeof createHistogram>): Promise<void> {
  const socket = connect(port, '127.0.0.1').setNoDelay();
  await once(socket, 'connect');
  let sent = 0n;
  const next = () => {
    if (isLast()) {
      socket.destroy();
      return;
    }
    sent = process.hrtime.bigint();
    socket.write(request);
  };
  socket.on('data', (answer) => {
    if (!answer.toString('latin1', 0, 12).endsWith('200')) socket.destroy(new Error(answer.toString()));
    times.record(process.hrtime.bigint() - sent);
    next();
  });
  next();
  await once(socket, 'close');
}
