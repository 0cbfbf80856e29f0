import type { Command } from 'commander';
import type { Session } from './options.ts';
import { show } from '../shell/screen.ts';

/** Adds the commands that take images and the chart to their registry; what speaks to it is loaded by them alone. */
export function addPublishingCommands(program: Command, { signal }: Pick<Session, 'signal'>): void {
  const context = { env: process.env, cwd: process.cwd(), signal, progress: process.stderr };
  const words = { published: 'Published', reused: 'Nothing to build: the registry has' };

  const image = program.command('image').description('take an image to its registry');
  image
    .command('publish')
    .description('build and push the image of the release, unless the registry has it, and write build.env')
    .action(async () => {
      const { publish } = await import('../publish/image.ts');
      const { outcome, repository, tag, digest } = await publish(context);
      show(`${words[outcome]} ${repository}:${tag}`);
      show(`Its digest is in build.env: ${digest}`);
    });
  image
    .command('publish-pipeline')
    .description('build and push the images that the jobs of pipelines run in, unless the registry has them')
    .action(async () => {
      const { publishPipeline } = await import('../publish/pipeline-image.ts');
      const images = await publishPipeline(context);
      for (const { outcome, repository, tag } of images) show(`${words[outcome]} ${repository}:${tag}`);
      for (const { repository, tag, digest, jobs } of images)
        show(`For the jobs of ${jobs}, set PIPELINE_IMAGE to ${repository}:${tag}@${digest}`);
    });

  const chart = program.command('chart').description('take the chart to its registry');
  chart
    .command('publish')
    .description('package and push the chart of the release, unless the registry has it')
    .action(async () => {
      const { publishChart } = await import('../publish/chart.ts');
      const { outcome, reference, version, digest } = await publishChart(context);
      show(
        `${outcome === 'reused' ? 'Nothing to push: the registry has' : 'Published'} ${reference}, version ${version}, as ${digest}`,
      );
      show(`helm pull ${reference} --version ${version}`);
    });
}
