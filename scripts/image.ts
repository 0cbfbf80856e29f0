import { createCommandLine, runCommandLine } from './command-line.ts';
import { publish } from './commands/publish.ts';
import { exitCode } from './failure.ts';
import { runMain } from './main.ts';

await runMain(async (signal) => {
  const program = createCommandLine('image').description('Takes the image of a release to its registry.');
  program
    .command('publish')
    .description('build and push the image, unless the registry has it, and write build.env')
    .action(async () => {
      const { env, stderr: progress } = process;
      const { outcome, repository, tag, digest } = await publish({
        env,
        cwd: process.cwd(),
        signal,
        progress,
      });
      const what = { published: 'Published', reused: 'Nothing to build: the registry has' }[outcome];
      console.log(`${what} ${repository}:${tag}`);
      console.log(`Its digest is in build.env: ${digest}`);
    });
  await runCommandLine(program);
  return exitCode.done;
});
