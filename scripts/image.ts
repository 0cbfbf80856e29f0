import { createCommandLine, runCommandLine } from './shell/command-line.ts';
import { publish } from './publish/image.ts';
import { publishPipeline } from './publish/pipeline-image.ts';
import { runMain } from './shell/run-main.ts';
import { show } from './shell/screen.ts';

await runMain(async (signal) => {
  const program = createCommandLine('image').description('Takes images to their registry.');
  const context = { env: process.env, cwd: process.cwd(), signal, progress: process.stderr };
  const words = { published: 'Published', reused: 'Nothing to build: the registry has' };
  program
    .command('publish')
    .description('build and push the image of the release, unless the registry has it, and write build.env')
    .action(async () => {
      const { outcome, repository, tag, digest } = await publish(context);
      show(`${words[outcome]} ${repository}:${tag}`);
      show(`Its digest is in build.env: ${digest}`);
    });
  program
    .command('publish-pipeline')
    .description('build and push the image that the jobs of the pipeline run in, unless the registry has it')
    .action(async () => {
      const { outcome, repository, tag, digest } = await publishPipeline(context);
      show(`${words[outcome]} ${repository}:${tag}`);
      show(`To run the jobs in it, set PIPELINE_IMAGE to ${repository}:${tag}@${digest}`);
    });
  await runCommandLine(program);
});
