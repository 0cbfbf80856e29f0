import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { adopt } from './adopt/adopt.ts';
import { parsePart, readIdentity, type Identity } from './adopt/identity.ts';
import { describeNextSteps } from './adopt/next-steps.ts';
import { createCommandLine, runCommandLine } from './shell/command-line.ts';
import { Failure } from './shell/failure.ts';
import { runMain } from './shell/run-main.ts';
import { show } from './shell/screen.ts';

const root = join(import.meta.dirname, '..');

const questions = {
  name: 'the name of the service, such as payments',
  group: 'the groups that the GitLab project is in, such as acme/backend',
  host: 'the host of GitLab, such as gitlab.acme.example',
  registry: 'the host of the registry, such as 123456789012.dkr.ecr.eu-west-1.amazonaws.com',
  branch: 'the branch that is merged to and delivered from',
} as const satisfies Record<keyof Identity, string>;
const parts = Object.keys(questions) as (keyof Identity)[];

await runMain(async (signal) => {
  const program = createCommandLine('adopt').description(
    'Makes this repository yours: its names and addresses, in every file. Commits nothing.',
  );
  for (const part of parts) program.option(`--${part} <${part}>`, questions[part], (text) => parsePart(part, text));
  program.action(async (given: Partial<Identity>) => {
    const present = await readIdentity(root);
    const identity = process.stdin.isTTY ? await ask(given, present, signal) : requireAll(given);
    const changed = await adopt(root, identity, signal);
    if (changed.length === 0) show('Nothing is to change: this repository has these names already.');
    else show(['Changed:', ...changed.map((path) => `  ${path}`)].join('\n'));
    show(describeNextSteps(identity));
  });
  await runCommandLine(program);
});

function requireAll(given: Partial<Identity>): Identity {
  const missing = parts.filter((part) => given[part] === undefined);
  if (missing.length === 0) return given as Identity;
  throw new Failure(
    'usage',
    missing.map((part) => `--${part} is missing: ${questions[part]}.`).join('\n'),
    'Add them, or run it on a terminal, where it asks.',
  );
}

/** Asks for what is missing; a line that is empty takes what is there. */
async function ask(given: Partial<Identity>, present: Identity, signal: AbortSignal): Promise<Identity> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answers = { ...present, ...given };
  try {
    for (const part of parts.filter((part) => given[part] === undefined)) {
      const answer = await terminal.question(`${questions[part]} [${present[part]}]: `, { signal });
      if (answer.trim() !== '') answers[part] = parsePart(part, answer.trim());
    }
  } finally {
    terminal.close();
  }
  return answers;
}
