import { type Command, InvalidArgumentError } from 'commander';
import { createCommandLine, runCommandLine } from './command-line.ts';
import { deploy, parseDeployedImage } from './commands/deploy.ts';
import { formatDelivered } from './commands/report.ts';
import type { World } from './commands/world.ts';
import { exitCode } from './failure.ts';
import { runMain } from './main.ts';
import { parseDuration } from './release/duration.ts';

interface Options {
  repo: string;
  remote: string;
  branch: string;
  deadline: number;
  dryRun: boolean;
  json: boolean;
}

await runMain(run, { json: process.argv.includes('--json') });

async function run(signal: AbortSignal): Promise<number> {
  await runCommandLine(createProgram(signal));
  return exitCode.done;
}

function createProgram(signal: AbortSignal): Command {
  const program = createCommandLine('gitops').description(
    'Moves releases between environments by commits that Argo CD syncs.',
  );
  withOptions(program.command('deploy <environment>'))
    .description('put a new release into the first environment')
    .option('--tag <tag>', 'the release (default: CI_COMMIT_SHORT_SHA)')
    .option('--digest <digest>', 'the digest of its image (default: IMAGE_DIGEST)')
    .action(async (environment: string, options: Options & { tag?: string; digest?: string }) => {
      const image = parseDeployedImage(options, process.env);
      console.log(formatDelivered(await deploy(createWorld(options, signal), environment, image), options));
    });
  return program;
}

function withOptions(command: Command): Command {
  return command
    .option('--repo <directory>', 'a checkout of the repository', '.')
    .option('--remote <name>', 'the remote that the deliveries go to', 'origin')
    .option('--branch <name>', 'its branch that the deliveries go to', 'main')
    .option(
      '--deadline <duration>',
      'how long to go on when others are faster',
      requireDuration,
      requireDuration('2m'),
    )
    .option('--dry-run', 'say what would be done, and change nothing', false)
    .option('--json', 'print one JSON document on standard output, and nothing else', false);
}

function createWorld({ repo, remote, branch, deadline, dryRun }: Options, signal: AbortSignal): World {
  return {
    directory: repo,
    remote,
    branch,
    deadline,
    dryRun,
    signal,
    env: process.env,
    now: () => new Date(),
    log: (line) => {
      console.error(line);
    },
  };
}

function requireDuration(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) throw new InvalidArgumentError('It is no duration such as 90s or 2m.');
  return milliseconds;
}
