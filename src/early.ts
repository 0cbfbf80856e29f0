import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { setFlagsFromString } from 'node:v8';

let hasStarted = false;

// What must be in place before anything else is loaded. Until the service has started there is nothing to end gracefully,
// and a fault is told without the line of the bundle in which it happened, which Node would print whole.
if (process.pid === 1 && wasToldToStop()) stop();
process.on('SIGTERM', stop).on('SIGINT', stop);
process.on('uncaughtException', (error) => {
  console.error(error);
  process.exit(1);
});
// A service makes much that is gone at once: twice as much room for it costs memory, and saves nothing.
setFlagsFromString('--max-semi-space-size=16');

/** Leaves what to do at a signal to whoever listens to it by now. */
export function startedUp(): void {
  hasStarted = true;
}

function stop(): void {
  if (!hasStarted) process.exit(0);
}

/**
 * Whether SIGTERM came while Node itself started. Node then takes its handler away and sends the signal again, to end by
 * it; but for process 1 of a container the kernel drops a signal that has no handler.
 */
function wasToldToStop(): boolean {
  const status = readFileSync('/proc/self/status', 'utf8');
  const handled = BigInt(`0x${/^SigCgt:\s*(\w+)/m.exec(status)?.[1] ?? ''}`);
  return ((handled >> BigInt(constants.signals.SIGTERM - 1)) & 1n) === 0n;
}
