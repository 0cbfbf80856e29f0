import { Command } from 'commander';
import { publish } from './commands/publish.ts';
import { exitCode } from './failure.ts';
import { runMain } from './main.ts';

await runMain(async (signal) => {
  const program = new Command('image')
    .description('Takes the image of a release to its registry.')
    .exitOverride(({ exitCode: status }) => process.exit(status === 0 ? exitCode.done : exitCode.input));
  program
    .command('publish')
    .description('build and push the image, unless the registry has it, and write build.env')
    .action(async () => {
      const { outcome, repository, tag, digest } = await publish({
        env: process.env,
        cwd: process.cwd(),
        signal,
        progress: process.stderr,
      });
      const what = { published: 'Published', reused: 'Nothing to build: the registry has' }[outcome];
      console.log(`${what} ${repository}:${tag}`);
      console.log(`Its digest is in build.env: ${digest}`);
    });
  await program.parseAsync();
  return exitCode.done;
});
