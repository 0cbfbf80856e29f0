import { Failure } from '../shell/failure.ts';
import { helmVersions, runHelm, type HelmCall } from './program.ts';

/** Paths are relative to where Helm runs. */
export interface ChartInput extends Pick<HelmCall, 'helm' | 'cwd' | 'signal'> {
  /** The chart's folder. */
  chart: string;
  /** Values files; a later one wins. */
  values: readonly string[];
  /** Single values by their path, such as `image.tag`: always strings, and they win over the files. */
  set?: Readonly<Record<string, string>> | undefined;
}

/** The oldest Kubernetes that the chart supports: whichever Helm renders, it renders for this one. */
const kubernetesVersion = '1.34.0';

/**
 * Renders the chart as Argo CD does, and answers the manifests as one YAML text. The name is that of the Helm release, which the
 * chart gives to its objects.
 * @throws {Failure} `invalid-chart` with Helm's own words.
 */
export async function renderChart(input: ChartInput & { name: string; namespace: string }): Promise<string> {
  return callHelm(['template', '--namespace', input.namespace], [input.name, input.chart], input);
}

/** Lints the chart; a warning counts as an error, and is told as `renderChart` does. */
export async function lintChart(input: ChartInput): Promise<void> {
  await callHelm(['lint', '--strict', '--quiet'], [input.chart], input);
}

async function callHelm(command: readonly string[], operands: readonly string[], input: ChartInput): Promise<string> {
  const { cwd, chart, values, set = {}, helm = helmVersions[0], signal } = input;
  const options = [
    ...values.flatMap((file) => ['--values', file]),
    ...Object.entries(set).flatMap(([path, value]) => ['--set-string', `${path}=${value}`]),
    ...['--kube-version', kubernetesVersion],
  ];
  const explain = (words: string) => {
    const what = `Helm ${helm} does not accept the chart ${chart} with ${values.join(', ') || 'its own values'}`;
    // Its advice is about its own command line, which the reader did not type.
    const why = words.replace('Use --debug flag to render out invalid YAML', '').trim();
    return new Failure('invalid-chart', `${what}:\n${why}`, 'Correct the value or the template that Helm names.');
  };
  // Nobody's Helm settings, plugins, cluster or credentials reach a render: there is no home to find them in.
  const env = { HOME: '/nonexistent' };
  // A name that begins with a dash is no option.
  const args = [...command, ...options, '--', ...operands];
  return (await runHelm(args, { helm, cwd, env, signal, explain })).stdout;
}
