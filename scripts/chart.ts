import { createCommandLine, runCommandLine } from './shell/command-line.ts';
import { publishChart } from './publish/chart.ts';
import { runMain } from './shell/run-main.ts';
import { show } from './shell/screen.ts';

await runMain(async (signal) => {
  const program = createCommandLine('chart').description('Takes the chart to its registry.');
  program
    .command('publish')
    .description('package and push the chart of the release, unless the registry has it')
    .action(async () => {
      const { outcome, reference, version, digest } = await publishChart({
        env: process.env,
        cwd: process.cwd(),
        signal,
        progress: process.stderr,
      });
      const words = { published: 'Published', reused: 'Nothing to push: the registry has' };
      show(`${words[outcome]} ${reference}, version ${version}, as ${digest}`);
      show(`helm pull ${reference} --version ${version}`);
    });
  await runCommandLine(program);
});
