import { existsSync } from 'node:fs';
import { addCompletion } from './completion.ts';
import { listEnvironments } from './help.ts';
import { addReadingCommands } from './reading-commands.ts';
import { addWritingCommands } from './writing-commands.ts';
import type { Session } from './session.ts';
import { createCommandLine, runCommandLine } from '../shell/command-line.ts';
import { exitCode } from '../shell/failure.ts';
import { runMain } from '../shell/run-main.ts';
import { show, showDocument } from '../shell/screen.ts';

const json = process.argv.includes('--json');

await runMain(
  async (signal) => {
    const program = createCommandLine('gitops').description(
      'Moves releases between environments by commits that Argo CD syncs.',
    );
    let code: number = exitCode.done;
    const session: Session = {
      signal,
      environments: listEnvironments(process.cwd()),
      print: ({ document, text, exitCode = code }) => {
        if (json) showDocument(document);
        else show(text);
        code = exitCode;
      },
    };
    addWritingCommands(program, session);
    addReadingCommands(program, session);
    addCompletion(program, session);
    // Without a command: the list of commands, and the status where there is one.
    if (process.argv.length === 2) {
      show(program.helpInformation());
      if (!existsSync('.git')) return code;
      process.argv.push('status');
    }
    await runCommandLine(program);
    return code;
  },
  { json },
);
