import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { flowPath, parseFlow } from './release/flow.ts';
import { addInitCommand } from './gitops/init-command.ts';
import { addReadingCommands } from './gitops/reading-commands.ts';
import { addPublishingCommands } from './gitops/publishing-commands.ts';
import { addWritingCommands } from './gitops/writing-commands.ts';
import type { Session } from './gitops/options.ts';
import { createCommandLine, runCommandLine } from './shell/command-line.ts';
import { runMain } from './shell/run-main.ts';
import { show, showDocument } from './shell/screen.ts';
import { isBundled, typed } from './shell/typed.ts';

const json = process.argv.includes('--json');

const completionLine = isBundled ? typed('completion') : 'npm run --silent --prefix <folder> gitops -- completion';

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
    addPublishingCommands(program, session);
    addInitCommand(program, session);
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

/** Adds the command that prints what makes bash and zsh complete the others. */
function addCompletion(program: Command, { environments }: Session): void {
  program
    .command('completion')
    .description('print a shell function, gitops, whose words bash and zsh complete')
    .addHelpText('after', `\nIn ~/.bashrc or ~/.zshrc: source <(${completionLine})`)
    .action(() => {
      show(writeCompletion(program.commands, environments));
    });
}

function writeCompletion(commands: readonly Command[], environments: readonly string[]): string {
  const cases = commands.map((command) => {
    const options = command.options.map(({ long }) => long ?? '');
    const words = [...(command.registeredArguments.length > 0 ? environments : []), ...options];
    return `    ${command.name()}) candidates='${words.join(' ')}' ;;`;
  });
  const entry = isBundled ? `'${import.meta.filename}'` : `'${join(import.meta.dirname, 'start.js')}' gitops`;
  return `gitops() { '${process.execPath}' ${entry} "$@"; }
_gitops() {
  local candidates='${commands.map((command) => command.name()).join(' ')}'
  [ "$COMP_CWORD" -eq 1 ] || case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$candidates" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
if [ -n "\${ZSH_VERSION-}" ]; then autoload -U +X compinit bashcompinit && compinit && bashcompinit; fi
complete -F _gitops gitops`;
}

/** The environments of the flow in a folder, in their order; none where it has no flow that can be read. */
function listEnvironments(folder: string): string[] {
  try {
    const flow = parseFlow({ path: flowPath, bytes: readFileSync(join(folder, flowPath)) });
    return flow.environments.map(({ name }) => name);
  } catch {
    return [];
  }
}
