import { runProgram } from '../../../scripts/process/program.ts';

/**
 * Runs a program that must end well, with this environment and no other, and gives what it wrote.
 * @throws with all that it wrote when it does not, or the milliseconds are over
 */
export async function run(
  file: string,
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; timeLimit: number },
): Promise<string> {
  const { status, stdout, stderr } = await runProgram(file, args, options);
  if (status === 0) return stdout.toString();
  // Without its arguments, of which one can be a credential.
  throw new Error(`${file} ended with ${String(status)}:\n${stdout.toString()}${stderr}`);
}
