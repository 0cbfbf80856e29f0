import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../../../scripts/process/program.ts';
import { findPort, Service } from '../process/service.ts';
import { readRequired } from './required-variables.ts';

/** A process of the built service; it is killed when it goes out of scope. */
export interface Running extends AsyncDisposable {
  service: Service;
  port: number;
  url: string;
}

/**
 * The service of this checkout, built in a folder of its own as `npm run build` does it. It has one concern more, with
 * routes under `/trial` that do what no route of the service itself does.
 */
export class BuiltService implements AsyncDisposable {
  static readonly release = '3f9c1b2a';
  readonly program: string;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.program = join(folder, 'dist', 'main.js');
  }

  /** Builds it; what is to be different in the copy is changed before. */
  static async build(change: (folder: string) => Promise<void> = () => Promise.resolve()): Promise<BuiltService> {
    const folder = await mkdtemp(join(tmpdir(), 'service-'));
    await copyService(folder);
    await addTrial(folder);
    await change(folder);
    const { status, stdout, stderr } = await runProgram('npm', ['run', 'build'], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, RELEASE: BuiltService.release },
      timeLimit: 60_000,
    });
    if (status !== 0) throw new Error(`npm run build failed:\n${stdout.toString()}${stderr}`);
    return new BuiltService(folder);
  }

  /** Starts it on any free port of the loopback, and waits until it is ready. */
  async start(env: NodeJS.ProcessEnv = {}): Promise<Running> {
    const port = await findPort();
    const url = `http://127.0.0.1:${port}`;
    await using resources = new AsyncDisposableStack();
    const { service } = resources.use(
      this.launch({ HOST: '127.0.0.1', PORT: String(port), METRICS_PORT: '0', ...env }),
    );
    await service.ready(`${url}/health/ready`, 20_000);
    const running = resources.move();
    return { service, port, url, [Symbol.asyncDispose]: () => running.disposeAsync() };
  }

  /** Starts it with these variables alone, and waits for nothing. */
  launch(env: NodeJS.ProcessEnv): AsyncDisposable & { service: Service } {
    const service = new Service(this.program, { ...readRequired(), ...env });
    return {
      service,
      async [Symbol.asyncDispose]() {
        service.signal('SIGKILL');
        await service.ended;
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** What it has logged until now; fails for a line that is no JSON. */
export function readLog({ lines }: Service): Record<string, unknown>[] {
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Copies what the service is built from to a folder. */
export async function copyService(folder: string): Promise<void> {
  for (const part of ['src', 'package.json', 'tsconfig.json', 'nest-cli.json', 'rspack.config.js']) {
    await cp(part, join(folder, part), { recursive: true });
  }
  await symlink(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
}

/** As somebody would add an endpoint: a module, and its name in `app.module.ts`. */
async function addTrial(folder: string): Promise<void> {
  await cp('test/support/service/trial.module.ts', join(folder, 'src', 'trial.module.ts'));
  const file = join(folder, 'src', 'app.module.ts');
  const source = await readFile(file, 'utf8');
  const added = source.replace('imports: [', 'imports: [TrialModule, ');
  await writeFile(file, `import { TrialModule } from './trial.module.ts';\n${added}`);
}
