import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Option } from 'commander';
import { adopt } from './adopt/adopt.ts';
import { parsePart, partNames, parts, readIdentity, requireIdentity, type Identity } from './adopt/identity.ts';
import { describeNextSteps } from './adopt/next-steps.ts';
import { runProgram } from './process/program.ts';
import { createCommandLine, runCommandLine } from './shell/command-line.ts';
import { runMain } from './shell/run-main.ts';
import { show } from './shell/screen.ts';

const root = join(import.meta.dirname, '..');

await runMain(async (signal) => {
  const program = createCommandLine('adopt').description(
    'Makes this repository yours: its names and addresses, in every file. Commits nothing.',
  );
  for (const part of partNames) program.option(`--${part} <${part}>`, parts[part].is, (text) => parsePart(part, text));
  program.addOption(new Option('--without <what>', 'what is removed from it').choices(['examples']));
  program.action(async ({ without, ...given }: Partial<Identity> & { without?: 'examples' }) => {
    const present = await readIdentity(root);
    const isNamed = without === undefined || Object.keys(given).length > 0;
    const hint = 'Add them, or run it on a terminal, where it asks.';
    const complete = () => (process.stdin.isTTY ? ask(given, present, signal) : requireIdentity(given, hint));
    const identity = isNamed ? await complete() : present;
    const changed = await adopt(root, { identity, withoutExamples: without !== undefined }, signal);
    if (changed.length === 0) show('Nothing is to change: this repository has these names already.');
    else show(['Changed:', ...changed.map((path) => `  ${path}`)].join('\n'));
    if (without !== undefined) await writeDocs(signal);
    show(describeNextSteps(identity));
  });
  await runCommandLine(program);
});

/** Lets the contract and the table of variables say what the code says now. */
async function writeDocs(signal: AbortSignal): Promise<void> {
  const options = { cwd: root, env: process.env, timeLimit: 60_000, signal };
  const { status, stdout, stderr } = await runProgram(process.execPath, ['scripts/docs.ts'], options);
  if (status !== 0) throw new Error(`scripts/docs.ts ended with ${String(status)}: ${stderr}`);
  if (stdout.length > 0) show(stdout.toString().trimEnd());
}

/** Asks for what is missing; a line that is empty takes what is there. */
async function ask(given: Partial<Identity>, present: Identity, signal: AbortSignal): Promise<Identity> {
  using terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answers = { ...present, ...given };
  for (const part of partNames.filter((part) => given[part] === undefined)) {
    const answer = await terminal.question(`${parts[part].is} [${present[part]}]: `, { signal });
    if (answer.trim() !== '') answers[part] = parsePart(part, answer.trim());
  }
  return answers;
}
