import { runProgram } from '../process/program.ts';
import type { ProgramResult } from '../process/program.ts';

export interface GitOptions {
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
  /** Settings for every call, passed in the environment, where no process list shows them. */
  settings?: readonly Setting[];
  /** Texts that are never to appear in what git is quoted with. */
  secrets?: readonly string[];
}

/** A key and a value of git's configuration. */
export type Setting = readonly [key: string, value: string];

export interface CallOptions {
  input?: string | Uint8Array;
  /** Milliseconds; what stays on this machine gets a minute. */
  timeLimit?: number;
}

/** Git, in one repository. */
export interface Git {
  /** Runs git and gives its answer, whatever the exit status. */
  run: (args: readonly string[], options?: CallOptions) => Promise<ProgramResult>;
  /** Runs git and gives its output; any exit status but 0 is a fault of this program. */
  readBytes: (args: readonly string[], options?: CallOptions) => Promise<Buffer>;
  /** The same as text, without the line end. */
  read: (args: readonly string[], options?: CallOptions) => Promise<string>;
}

const localTimeLimit = 60_000;

// What `git rev-parse --local-env-vars` names: set inside a hook, they would turn git to another repository.
const repositoryVariables = new Set([
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_CONFIG',
  'GIT_CONFIG_PARAMETERS',
  'GIT_DIR',
  'GIT_GRAFT_FILE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_INTERNAL_SUPER_PREFIX',
  'GIT_NAMESPACE',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_OBJECT_DIRECTORY',
  'GIT_PREFIX',
  'GIT_REPLACE_REF_BASE',
  'GIT_SHALLOW_FILE',
  'GIT_WORK_TREE',
]);

// Nobody is there to answer a prompt; messages are read by this program.
const quiet = { LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', SSH_ASKPASS_REQUIRE: 'never' };

/** The only door to git: no prompt, a fixed locale, a time limit, no secret in an argument or a quoted answer. */
export function openGit(directory: string, { env, signal, settings = [], secrets = [] }: GitOptions): Git {
  const environment = { ...withoutRepository(env), ...quiet, ...configuration(env, settings) };
  const run: Git['run'] = async (args, { input, timeLimit = localTimeLimit } = {}) => {
    const result = await runProgram('git', ['-C', directory, ...args], {
      env: environment,
      timeLimit,
      signal,
      ...(input !== undefined && { input }),
    });
    return { ...result, stderr: redact(result.stderr, secrets) };
  };
  const readBytes: Git['readBytes'] = async (args, options) => {
    const { status, stdout, stderr } = await run(args, options);
    if (status !== 0) throw new Error(`git ${args.join(' ')} ended with ${String(status)}: ${stderr.trim()}`);
    return stdout;
  };
  return {
    run,
    readBytes,
    read: async (args, options) => (await readBytes(args, options)).toString().trimEnd(),
  };
}

function withoutRepository(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !repositoryVariables.has(name)));
}

function configuration(env: NodeJS.ProcessEnv, settings: readonly Setting[]): NodeJS.ProcessEnv {
  const before = Number(env.GIT_CONFIG_COUNT ?? 0);
  const variables: NodeJS.ProcessEnv = { GIT_CONFIG_COUNT: String(before + settings.length) };
  for (const [index, [key, value]] of settings.entries()) {
    variables[`GIT_CONFIG_KEY_${before + index}`] = key;
    variables[`GIT_CONFIG_VALUE_${before + index}`] = value;
  }
  return variables;
}

function redact(text: string, secrets: readonly string[]): string {
  return secrets.filter(Boolean).reduce((result, secret) => result.replaceAll(secret, '[secret]'), text);
}
