import { existsSync } from 'node:fs';
import { addCompletion } from './completion.ts';
import { listEnvironments } from './help.ts';
import { addReadingCommands } from './reading-commands.ts';
import { addWritingCommands } from './writing-commands.ts';
import type { Session } from './session.ts';
import { createCommandLine, runCommandLine } from '../shell/command-line.ts';
import { runMain } from '../shell/run-main.ts';
import { show, showDocument } from '../shell/screen.ts';

const json = process.argv.includes('--json');

await runMain(
  async (signal) => {
    const program = createCommandLine('gitops').description(
      'Moves releases between environments by commits that Argo CD syncs.',
    );
    const session: Session = {
      signal,
      environments: listEnvironments(process.cwd()),
      print: ({ document, text, exitCode }) => {
        if (json) showDocument(document);
        else show(text);
        if (exitCode !== undefined) process.exitCode = exitCode;
      },
    };
    addWritingCommands(program, session);
    addReadingCommands(program, session);
    addCompletion(program, session);
    // Without a command: the list of commands, and the status where there is one.
    if (process.argv.length === 2) {
      show(program.helpInformation());
      if (!existsSync('.git')) return;
      process.argv.push('status');
    }
    await runCommandLine(program);
  },
  { json },
);
