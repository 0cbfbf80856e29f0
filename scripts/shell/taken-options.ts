import type { Command, Option } from 'commander';
import { Failure } from './failure.ts';

// npm 11 takes --to for the beginning of an option of its own.
const longerNames: Readonly<Record<string, string>> = { to: 'token-description' };

/**
 * Refuses a command whose options npm has taken for itself. Without `--` before them npm passes options only as variables of the
 * environment, so the command would run without them.
 * @throws {Failure} `usage` with the line that was meant.
 */
export function refuseTakenOptions(
  command: Command,
  { line, args }: { line: string; args: readonly string[] },
  env: NodeJS.ProcessEnv,
): void {
  if (env.npm_lifecycle_event === undefined) return;
  const taken = command.options.flatMap((option) => {
    const value = args.includes(option.long ?? '') ? undefined : findValue(option, env);
    return value === undefined ? [] : [{ option, value }];
  });
  if (taken.length === 0) return;
  // npm passes the value of an option that it does not know as one more argument.
  const expected = args.slice(0, command.registeredArguments.length);
  const more = args.slice(expected.length);
  const areOptions = more[0]?.startsWith('-') ?? false;
  const withoutValue = taken.filter(({ option, value }) => option.required && value === 'true');
  const spare = withoutValue.length === 1 && more.length === 1 && !areOptions ? more[0] : undefined;
  const words = (areOptions ? args : expected).map(quote);
  const options = taken.map(({ option, value }) => writeOption(option, value === 'true' ? spare : value));
  throw new Failure(
    'usage',
    `npm took ${taken.map(({ option }) => option.long).join(' and ')} for itself: nothing was done.`,
    `Write -- before the options: ${[line, ...words, ...options].join(' ')}`,
  );
}

function findValue({ long = '' }: Option, env: NodeJS.ProcessEnv): string | undefined {
  const name = long.slice(2);
  const read = (known: string) => env[`npm_config_${known.replaceAll('-', '_')}`];
  return read(name) ?? read(longerNames[name] ?? name);
}

function writeOption({ long = '', flags, required }: Option, value: string | undefined): string {
  if (!required) return long;
  return value === undefined ? flags : `${long} ${quote(value)}`;
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
