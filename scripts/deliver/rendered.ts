import { findRenderNames } from '../branch/application-names.ts';
import { requireRendered } from '../branch/render.ts';
import type { Release } from '../branch/releases.ts';
import { replaceImage } from '../release/values.ts';
import { Failure } from '../shell/failure.ts';
import type { Outlook } from './deliver.ts';
import type { Step } from './step.ts';

/** A step that brings a release. */
type Bringing = Extract<Step, { to: Release }>;

/** How many other releases a rollback that does not render tries, to name a way out. */
const triesAllowed = 3;

/**
 * Renders what would be delivered, before it is pushed; what was rendered once is not rendered again when a race is lost.
 */
export class RenderCheck {
  readonly #signal: AbortSignal;
  readonly #rendered = new Set<string>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** @throws {Failure} `invalid-chart` when Argo CD could not render the environment, or would run another image. */
  async require(outlook: Outlook, step: Bringing): Promise<void> {
    const failure = await this.#findFailure(outlook, step.to);
    if (!failure) return;
    const wayOut = step.kind === 'rollback' ? await this.#findOther(outlook, step) : undefined;
    throw refusal(failure, outlook, step, wayOut);
  }

  /** Why the environment does not render with the release, if it does not. */
  async #findFailure({ tip, environments, state }: Outlook, chart: Release): Promise<Failure | undefined> {
    const names = findRenderNames(environments, state.environment.name);
    const values = { ...state.values, bytes: replaceImage(state.values, chart) };
    const key = JSON.stringify([names, chart, Buffer.from(values.bytes).toString()]);
    if (this.#rendered.has(key)) return undefined;
    try {
      await requireRendered(tip, { chart, values, names }, { signal: this.#signal });
    } catch (error) {
      if (error instanceof Failure && isOfInput(error)) return error;
      throw error;
    }
    this.#rendered.add(key);
    return undefined;
  }

  async #findOther(
    outlook: Outlook,
    { to, instead }: Extract<Step, { kind: 'rollback' }>,
  ): Promise<Release | undefined> {
    let tries = 0;
    for await (const release of instead) {
      if (release.revision === to.revision) continue;
      if (!(await this.#findFailure(outlook, release))) return release;
      tries += 1;
      if (tries === triesAllowed) return undefined;
    }
    return undefined;
  }
}

/** Whether the values or the chart are at fault, and not the machine or the remote. */
function isOfInput({ code }: Failure): boolean {
  return code === 'invalid-chart' || code === 'invalid-file' || code === 'invalid-values';
}

function refusal(
  cause: Failure,
  { state: { environment, values } }: Outlook,
  { kind, to }: Bringing,
  wayOut: Release | undefined,
): Failure {
  const { name } = environment;
  const hints = {
    deploy: `Correct ${values.path}, or deploy a release whose chart takes it.`,
    promote: `Correct ${values.path}, or promote a release whose chart takes it.`,
    rollback: wayOut
      ? `${wayOut.tag} renders: npm run rollback -- ${name} --to ${wayOut.tag} --reason <text>\nOr first take out of ${values.path} what the chart of ${to.tag} does not take.`
      : `First take out of ${values.path} what the chart of ${to.tag} does not take, then go back.`,
  };
  return new Failure(
    'invalid-chart',
    `${name} does not render with ${to.tag}, so nothing was pushed.\n${cause.message}`,
    hints[kind],
    { cause },
  );
}
