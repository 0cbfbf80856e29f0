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
      print: ({ document, text, exitCode = code }) => {
        if (json) showDocument(document);
        else show(text);
        code = exitCode;
      },
    };
    addWritingCommands(program, session);
    addReadingCommands(program, session);
    await runCommandLine(program);
    return code;
  },
  { json },
);
