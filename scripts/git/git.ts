import { join } from 'node:path';
import { runProgram } from '../process/program.ts';
import { findMachineFaultIn } from '../shell/machine.ts';

export interface GitOptions {
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
  /** A bare repository to work on, instead of the one that Git finds in the folder. */
  repository?: string;
  /**
   * The only settings that are in force, without those of the user or of the folder. They are passed in the environment,
   * where no process list shows them.
   */
  settings?: readonly Setting[];
  /** Texts that are never to appear in what git is quoted with. */
  secrets?: readonly string[];
}

/** A key and a value of git's configuration. */
export type Setting = readonly [key: string, value: string];

interface CallOptions {
  input?: string | Uint8Array;
  /** Variables of this call alone. */
  env?: NodeJS.ProcessEnv;
  /** Milliseconds; what stays on this machine gets a minute. */
  timeLimit?: number;
}

/** Git, in one repository. */
export type Git = ReturnType<typeof openGit>;

const localTimeLimit = 60_000;

/** The file of a bare repository that lists the folders of other users which the user trusts. */
export const trustFile = 'trusted';

// The variables of Git that are passed on: who commits, how a server is reached, what is traced. The others, set inside a
// hook or by a user for other commands, lead Git to another repository, to another date, or to read a path as a pattern.
const variables =
  /^GIT_((AUTHOR|COMMITTER)_(NAME|EMAIL)|ALLOW_PROTOCOL|ASKPASS|CURL_VERBOSE|EXEC_PATH|HTTP_\w+|PROTOCOL_FROM_USER|PROXY_\w+|SSH(_\w+)?|SSL_\w+|TRACE\w*|TRANSFER_TRACE)$/;
// Those that say what the settings are, and where Git looks for a repository.
const configuration = /^GIT_(CONFIG_\w+|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM)$/;

// Nobody is there to answer a prompt; messages are read by this program.
const quiet = { LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', SSH_ASKPASS_REQUIRE: 'never' };

/** The only door to Git: no prompt, a fixed locale, a time limit, no secret in an argument or a quoted answer. */
export function openGit(directory: string, options: GitOptions) {
  const { signal, repository, secrets = [] } = options;
  const environment = { ...environmentOf(options), ...quiet };
  const place = ['-C', directory, ...(repository === undefined ? [] : [`--git-dir=${repository}`])];
  const run = async (args: readonly string[], { input, env, timeLimit = localTimeLimit }: CallOptions = {}) => {
    const result = await runProgram('git', [...place, ...args], {
      env: { ...environment, ...env },
      timeLimit,
      signal,
      ...(input !== undefined && { input }),
    });
    const stderr = redact(result.stderr, secrets);
    const fault = result.status === 0 ? undefined : findMachineFaultIn('Git', stderr);
    if (fault) throw fault;
    return { ...result, stderr };
  };
  const readBytes = async (args: readonly string[], options?: CallOptions) => {
    const { status, stdout, stderr } = await run(args, options);
    if (status !== 0) throw new Error(`git ${args.join(' ')} ended with ${String(status)}: ${stderr.trim()}`);
    return stdout;
  };
  return {
    /** Runs Git and gives its result, whatever the exit status. */
    run,
    /** Runs Git and gives its output; any exit status but 0 is a fault of this program. */
    readBytes,
    /** The same as text, without the line end. */
    read: async (args: readonly string[], options?: CallOptions) =>
      (await readBytes(args, options)).toString().trimEnd(),
  };
}

/** Reads many objects by one process, by their names; every one must be there. */
export async function readObjects(git: Git, names: Iterable<string>): Promise<Map<string, Buffer>> {
  const objects = new Map<string, Buffer>();
  const input = Array.from(new Set(names), (name) => `${name}\n`).join('');
  if (input === '') return objects;
  const output = await git.readBytes(['cat-file', '--batch', '--buffer'], { input });
  let position = 0;
  while (position < output.length) {
    const end = output.indexOf('\n', position);
    const [name = '', , size = ''] = output.toString('latin1', position, end).split(' ');
    if (!/^\d+$/.test(size)) throw new Error(`git cat-file has no object ${name}`);
    objects.set(name, output.subarray(end + 1, end + 1 + Number(size)));
    position = end + 1 + Number(size) + 1;
  }
  return objects;
}

function environmentOf({ env, repository, settings }: GitOptions): NodeJS.ProcessEnv {
  const known = Object.entries(env).filter(
    ([name]) =>
      !name.startsWith('GIT_') || variables.test(name) || (settings === undefined && configuration.test(name)),
  );
  return { ...Object.fromEntries(known), ...(settings && configure(settings, repository)) };
}

function configure(settings: readonly Setting[], repository: string | undefined): NodeJS.ProcessEnv {
  const keys = settings.map(([key], index) => [`GIT_CONFIG_KEY_${index}`, key]);
  const values = settings.map(([, value], index) => [`GIT_CONFIG_VALUE_${index}`, value]);
  return {
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: repository === undefined ? '/dev/null' : join(repository, trustFile),
    GIT_CONFIG_COUNT: String(settings.length),
    ...(Object.fromEntries([...keys, ...values]) as NodeJS.ProcessEnv),
  };
}

/** Takes out the known secrets, whatever else stands before the host of an address, and the carriage returns of SSH. */
function redact(text: string, secrets: readonly string[]): string {
  const known = secrets.filter(Boolean).reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
  return known
    .replace(/\r+$/gm, '')
    .replace(/\b(https?:\/\/)[^\s/?#]*@/g, '$1')
    .replace(/(\w:\/\/[^\s/?#:@]*):[^\s/?#]*@/g, '$1@');
}
