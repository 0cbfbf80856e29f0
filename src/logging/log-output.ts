import { writeSync } from 'node:fs';

/** The most characters of the log that wait for somebody to read it. */
const mostWaiting = 1024 ** 2;
/** Milliseconds between two attempts to write what nobody reads, and for all of them when the process ends. */
const pause = 50;
const lastAttempts = 500;

// For its first use Node makes a pipe non-blocking: a log that nobody reads must not hold the process.
Reflect.get(process, 'stdout');

let waiting = '';
let begun = Buffer.alloc(0);
let isScheduled = false;

/**
 * Standard output for the log: what one turn of the event loop logs goes out in one write, since each write costs more than a line does. What
 * nobody reads waits; lines that would be too many to wait are dropped and counted.
 */
export const logOutput = {
  dropped: 0,
  /** What is left out of all lines, as it would stand in them. */
  secrets: [] as string[],
  write(line: string): void {
    if (waiting.length > mostWaiting) logOutput.dropped += 1;
    else waiting += line;
    if (!isScheduled) setImmediate(release);
    isScheduled = true;
  },
  /** The logger asks for it after a fatal line. */
  flushSync(): void {
    const end = performance.now() + lastAttempts;
    const clock = new Int32Array(new SharedArrayBuffer(4));
    while (!writeAll() && performance.now() < end) Atomics.wait(clock, 0, 0, pause);
  },
};

// Also when the process ends by an error that nobody caught.
process.once('exit', () => {
  logOutput.flushSync();
});

function release(): void {
  isScheduled = !writeAll();
  if (isScheduled) setTimeout(release, pause).unref();
}

/** Whether all is written. */
function writeAll(): boolean {
  if (begun.length === 0) {
    for (const secret of logOutput.secrets) waiting = waiting.replaceAll(secret, '[redacted]');
    begun = Buffer.from(waiting);
    waiting = '';
  }
  try {
    while (begun.length > 0) begun = begun.subarray(writeSync(1, begun));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return false;
    // Nobody is left to read it.
    begun = Buffer.alloc(0);
  }
  return waiting === '' || writeAll();
}
