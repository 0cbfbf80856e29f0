import { runProgram } from '../../../scripts/process/program.ts';

/** Git as on a machine where nobody has configured anything, with a fixed identity and a fixed clock. */
export const gitEnvironment = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  // Servers' repositories are bare, and Git 3.0 works in none that it is not given by name.
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'safe.bareRepository',
  GIT_CONFIG_VALUE_0: 'all',
  GIT_AUTHOR_NAME: 'Ada Developer',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_AUTHOR_DATE: '1790000000 +0000',
  GIT_COMMITTER_NAME: 'Ada Developer',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  GIT_COMMITTER_DATE: '1790000000 +0000',
};

/** Runs git in a folder, and gives its output without the line end; it throws when git fails. */
export async function git(directory: string, args: readonly string[], input?: Uint8Array): Promise<string> {
  return (await gitBytes(directory, args, input)).toString().trimEnd();
}

/** The same, with every byte of the output. */
export async function gitBytes(directory: string, args: readonly string[], input?: Uint8Array): Promise<Buffer> {
  const { status, stdout, stderr } = await runProgram('git', ['-C', directory, ...args], {
    env: gitEnvironment,
    timeLimit: 30_000,
    ...(input !== undefined && { input }),
  });
  if (status !== 0) throw new Error(`git ${args.join(' ')} ended with ${String(status)}: ${stderr}`);
  return stdout;
}
