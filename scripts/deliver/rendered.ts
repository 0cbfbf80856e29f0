import { findRenderNames } from '../branch/environments.ts';
import { requireRendered } from '../branch/render.ts';
import type { Release } from '../branch/releases.ts';
import { Failure } from '../shell/failure.ts';
import { typed } from '../shell/typed.ts';
import type { Outlook } from './deliver.ts';
import type { Step } from './step.ts';

/** A step that brings a release. */
type Bringing = Extract<Step, { to: Release }>;

/** How renderings are made; what was rendered once is not rendered again when a race is lost. */
interface Renderer {
  signal: AbortSignal;
  rendered: Set<string>;
}

/** How many other releases a rollback that does not render tries, to name a way out. */
const triesAllowed = 3;

/**
 * Renders what would be delivered, before it is pushed.
 * @throws {Failure} `invalid-chart` when Argo CD could not render the environment, or would run another image.
 */
export async function requireRenders(outlook: Outlook, step: Bringing, renderer: Renderer): Promise<void> {
  const failure = await findFailure(outlook, step.to, renderer);
  if (!failure) return;
  const wayOut = step.kind === 'rollback' ? await findOther(outlook, step, renderer) : undefined;
  throw refusal(failure, outlook, step, wayOut);
}

/** Why the environment does not render with the release, if it does not. */
async function findFailure({ tip, state }: Outlook, chart: Release, { signal, rendered }: Renderer) {
  const names = findRenderNames(state);
  const { values } = state;
  const key = JSON.stringify([names, chart, Buffer.from(values.bytes).toString()]);
  if (rendered.has(key)) return undefined;
  try {
    await requireRendered(tip, { chart, image: chart, values, names }, { signal });
  } catch (error) {
    // The values or the chart are at fault, and not the machine or the remote.
    const isOfInput = error instanceof Failure && /^invalid-(?:chart|file)$/.test(error.code);
    if (isOfInput) return error;
    throw error;
  }
  rendered.add(key);
  return undefined;
}

async function findOther(outlook: Outlook, { to, instead }: Extract<Step, { kind: 'rollback' }>, renderer: Renderer) {
  let tries = 0;
  for await (const release of instead) {
    if (release.revision === to.revision) continue;
    if (!(await findFailure(outlook, release, renderer))) return release;
    tries += 1;
    if (tries === triesAllowed) return undefined;
  }
  return undefined;
}

function refusal(
  cause: Failure,
  { state: { environment, values } }: Outlook,
  { kind, to }: Bringing,
  wayOut: Release | undefined,
): Failure {
  const { name } = environment;
  const takeOut = `take out of ${values.path} what the chart of ${to.tag} does not take`;
  const correct = `Correct ${values.path}, or ${kind} a release whose chart takes it.`;
  const goBack = wayOut
    ? `${wayOut.tag} renders: ${typed('rollback', name, '--to', wayOut.tag, '--reason <text>')}\nOr first ${takeOut}.`
    : `First ${takeOut}, then go back.`;
  const message = `${name} does not render with ${to.tag}, so nothing was pushed.\n${cause.message}`;
  return new Failure('invalid-chart', message, kind === 'rollback' ? goBack : correct, { cause });
}
