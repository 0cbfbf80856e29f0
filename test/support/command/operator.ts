import type { DeliveryPlace } from '../../../scripts/deliver/deliver.ts';
import type { Sandbox } from './sandbox.ts';

/** The place of a command that is called here, at a time of the caller's; its lines are kept. */
export function createOperator(
  { env }: Sandbox,
  directory: string,
  { branch = 'main', now = () => new Date() }: { branch?: string; now?: () => Date } = {},
): DeliveryPlace & { lines: string[] } {
  const lines: string[] = [];
  return {
    directory,
    remote: 'origin',
    branch,
    env,
    now,
    signal: new AbortController().signal,
    deadline: 120_000,
    dryRun: false,
    log: (line) => void lines.push(line),
    lines,
  };
}
