import { InvalidArgumentError, Option, type Command } from 'commander';
import { parsePart, parts, requireIdentity, type Identity } from '../adopt/identity.ts';
import { describeSettings } from '../adopt/next-steps.ts';
import { findProject } from '../git/address.ts';
import { openGit } from '../git/git.ts';
import { init, type Service } from '../init/init.ts';
import { readTemplates } from '../init/init.ts';
import { Failure } from '../shell/failure.ts';
import { requireCount, withCommonOptions, withHelp, type CommonOptions, type Session } from './options.ts';

const userOption = new Option('--user <number>', 'whom its image runs as')
  .argParser(requireCount)
  .default(65532, 'nonroot, 65532');

type Options = CommonOptions & Omit<Service, 'identity'> & Partial<Omit<Identity, 'branch'>>;

/** Adds the command that gives the repository of another service, in any language, what it is delivered by. */
export function addInitCommand(program: Command, { signal, environments, print }: Session): void {
  const command = program
    .command('init')
    .description('write into the repository of another service what it is delivered by');
  withHelp(command, environments, () => [
    '--name orders --port 8000',
    '--name orders --port 8000 --live /healthz --ready /readyz',
  ]);
  for (const part of ['name', 'group', 'host', 'registry'] as const)
    command.option(`--${part} <${part}>`, parts[part].is, (text) => parsePart(part, text));
  withCommonOptions(command)
    .requiredOption('--port <port>', 'where its image listens', requireCount)
    .option('--live <path>', 'the path that is asked whether it must be restarted', requirePath, '/health/live')
    .option('--ready <path>', 'the path that is asked whether it can take requests', requirePath, '/health/ready')
    .addOption(userOption)
    .action(async (options: Options) => {
      const templates = await readTemplates();
      const identity = await completeIdentity(options, templates.identity, signal);
      const written = await init(options.repo, templates, { ...options, identity });
      const list = written.map((path) => `  ${path}\n`).join('');
      const text = `Written:\n${list}${describeNextSteps(options, identity, templates.identity)}`;
      print({ document: { written }, text });
    });
}

/** What is not given is as at the remote; the registry is the one of this repository. */
async function completeIdentity(given: Options, { registry }: Identity, signal: AbortSignal): Promise<Identity> {
  const { repo, remote } = given;
  const { stdout } = await openGit(repo, { env: process.env, signal }).run(['remote', 'get-url', remote]);
  const found = findProject(stdout.toString().trim());
  const hint = `Add it, or the remote: git remote add ${remote} https://HOST/GROUP/NAME.git`;
  const identity = requireIdentity({ registry, ...found, ...given }, hint);
  if (!found || found.name === identity.name) return identity;
  throw new Failure(
    'usage',
    `--name is ${identity.name}, but ${remote} is the project ${found.name}, after which its image is called.`,
    `Leave --name out, or correct the remote: git remote set-url ${remote} https://HOST/GROUP/${identity.name}.git`,
  );
}

function describeNextSteps({ port, live, ready, user }: Options, identity: Identity, ours: Identity): string {
  const { host, group, name, branch } = ours;
  return `
Add:          Dockerfile, whose image listens on ${port} of all addresses, answers ${live} and ${ready}, ends on
              SIGTERM as process 1, and runs as user ${user}, or any other number, with nothing writable.
              The check and the test, to .gitlab-ci.yml; its head has an example.
Commit it:    git add --all && git commit --message "Deliver ${identity.name}"
${describeSettings(identity, `https://${host}/${group}/${name}/-/blob/${branch}/`)}`;
}

function requirePath(text: string): string {
  if (/^\/[^\s"']*$/.test(text)) return text;
  throw new InvalidArgumentError('It must be a path, such as /healthz.');
}
