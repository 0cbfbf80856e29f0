import { Failure } from '../shell/failure.ts';
import { runProgram } from '../process/program.ts';
import { helmVersions, requireHelm, type HelmVersion } from './program.ts';

export interface ChartInput {
  /** The chart's folder. */
  chart: string;
  /** Values files; a later one wins. */
  values: readonly string[];
  /** Single values by their path, such as `image.tag`: always strings, and they win over the files. */
  set?: Readonly<Record<string, string>> | undefined;
  helm?: HelmVersion | undefined;
  signal?: AbortSignal | undefined;
}

export interface ReleaseInput extends ChartInput {
  /** The Helm release's name, which the chart gives to its objects. */
  name: string;
  namespace: string;
}

/** The oldest Kubernetes that the chart supports: whichever Helm renders, it renders for this one. */
const kubernetesVersion = '1.34.0';

/** Milliseconds; a render takes about a tenth of a second. */
const timeLimit = 60_000;

/**
 * Renders the chart as Argo CD does, and answers the manifests as one YAML text.
 * @throws {Failure} `invalid-chart` with Helm's own words.
 */
export async function renderChart({ name, namespace, ...input }: ReleaseInput): Promise<string> {
  return runHelm(['template', name, input.chart, '--namespace', namespace], input);
}

/**
 * Lints the chart; a warning counts as an error.
 * @throws {Failure} `invalid-chart` with Helm's own words.
 */
export async function lintChart(input: ChartInput): Promise<void> {
  await runHelm(['lint', input.chart, '--strict', '--quiet'], input);
}

async function runHelm(args: readonly string[], input: ChartInput): Promise<string> {
  const { values, set = {}, helm = helmVersions[0], signal } = input;
  const program = await requireHelm(helm);
  const { status, stdout, stderr, timedOut } = await runProgram(
    program,
    [
      ...args,
      ...values.flatMap((file) => ['--values', file]),
      ...Object.entries(set).flatMap(([path, value]) => ['--set-string', `${path}=${value}`]),
      '--kube-version',
      kubernetesVersion,
    ],
    { env: environment(), timeLimit, signal },
  );
  if (status === 0) return stdout.toString();
  const words = timedOut ? `It did not end within ${timeLimit / 1000} s.` : `${stdout.toString()}${stderr}`;
  throw new Failure(
    'invalid-chart',
    `Helm ${helm} does not accept the chart ${input.chart} with ${describe(values)}:\n${withoutAdvice(words)}`,
    'Correct the value or the template that Helm names, then run: npm run check',
  );
}

/** Its advice is about its own command line, which the reader did not type. */
function withoutAdvice(words: string): string {
  return words.replace('Use --debug flag to render out invalid YAML', '').trim();
}

function describe(values: readonly string[]): string {
  return values.length === 0 ? 'its own values' : values.join(', ');
}

/** Nobody's Helm settings, plugins, cluster or credentials reach a render: there is no home to find them in. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: '/nonexistent' };
}
