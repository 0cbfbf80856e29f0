import { join } from 'node:path';
import type { Command } from 'commander';
import { show } from '../shell/screen.ts';
import type { Session } from './session.ts';

/** Adds the command that prints what makes bash and zsh complete the others. */
export function addCompletion(program: Command, { environments }: Session): void {
  program
    .command('completion')
    .description('print a shell function, gitops, whose words bash and zsh complete')
    .addHelpText(
      'after',
      '\nIn ~/.bashrc or ~/.zshrc: source <(npm run --silent --prefix <folder> gitops -- completion)',
    )
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
  return `gitops() { '${process.execPath}' '${join(import.meta.dirname, '../gitops.ts')}' "$@"; }
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
