import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { adopt } from './adopt/adopt.ts';
import { parsePart, parts, readIdentity, requireIdentity, type Identity } from './adopt/identity.ts';
import { describeNextSteps } from './adopt/next-steps.ts';
import { createCommandLine, runCommandLine } from './shell/command-line.ts';
import { runMain } from './shell/run-main.ts';
import { show } from './shell/screen.ts';

const root = join(import.meta.dirname, '..');

const names = Object.keys(parts) as (keyof Identity)[];

await runMain(async (signal) => {
  const program = createCommandLine('adopt').description(
    'Makes this repository yours: its names and addresses, in every file. Commits nothing.',
  );
  for (const part of names) program.option(`--${part} <${part}>`, parts[part].is, (text) => parsePart(part, text));
  program.action(async (given: Partial<Identity>) => {
    const present = await readIdentity(root);
    const identity = process.stdin.isTTY
      ? await ask(given, present, signal)
      : requireIdentity(given, 'Add them, or run it on a terminal, where it asks.');
    const changed = await adopt(root, identity, signal);
    if (changed.length === 0) show('Nothing is to change: this repository has these names already.');
    else show(['Changed:', ...changed.map((path) => `  ${path}`)].join('\n'));
    show(describeNextSteps(identity));
  });
  await runCommandLine(program);
});

/** Asks for what is missing; a line that is empty takes what is there. */
async function ask(given: Partial<Identity>, present: Identity, signal: AbortSignal): Promise<Identity> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answers = { ...present, ...given };
  try {
    for (const part of names.filter((part) => given[part] === undefined)) {
      const answer = await terminal.question(`${parts[part].is} [${present[part]}]: `, { signal });
      if (answer.trim() !== '') answers[part] = parsePart(part, answer.trim());
    }
  } finally {
    terminal.close();
  }
  return answers;
}
