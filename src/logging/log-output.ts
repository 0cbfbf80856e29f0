import { destination } from 'pino';

const stdout = destination(1);
let lines = '';

/** Standard output for the log: what one turn of the event loop logs goes in one write, which costs more than a line. */
export const logOutput = {
  write(line: string): void {
    if (lines === '') setImmediate(release);
    lines += line;
  },
  /** The logger asks for it after a fatal line. */
  flushSync(): void {
    release();
    stdout.flushSync();
  },
};

// Also when the process ends by an error that nobody caught.
process.once('exit', () => {
  if (lines !== '') logOutput.flushSync();
});

function release(): void {
  const all = lines;
  lines = '';
  if (all !== '') stdout.write(all);
}
