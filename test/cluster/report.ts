/** Tells a figure that was measured, whatever the reporter of the tests prints. */
export function report(what: string, seconds: number): void {
  process.stderr.write(`  measured: ${what}: ${seconds.toFixed(1)} s\n`);
}
