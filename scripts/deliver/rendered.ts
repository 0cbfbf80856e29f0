import { findRenderNames } from '../branch/environments.ts';
import { requireRendered } from '../branch/render.ts';
import type { Release } from '../branch/releases.ts';
import { Failure, reach } from '../shell/failure.ts';
import { typed } from '../shell/typed.ts';
import type { Outlook } from './deliver.ts';
import type { Step } from './step.ts';

/** How renderings are made; what was rendered once is not rendered again when a race is lost. */
interface Renderer {
  signal: AbortSignal;
  rendered: Set<string>;
}

/** How many other releases a rollback that does not render tries, to name a way out. */
const triesAllowed = 3;

/** Renders what would be delivered, and refuses what Argo CD could not render, or would render with another image. */
export async function requireRenders(
  outlook: Outlook,
  step: Extract<Step, { to: Release }>,
  renderer: Renderer,
): Promise<void> {
  const cause = await findFailure(outlook, step.to, renderer);
  if (!cause) return;
  const { environment, values } = outlook.state;
  const message = `${environment.name} does not render with ${step.to.tag}, so nothing was pushed.\n${cause.message}`;
  const correct = `Correct ${values.path}, or ${step.kind} a release whose chart takes it.`;
  const hint = step.kind === 'rollback' ? await findWayOut(outlook, step, renderer) : correct;
  throw new Failure('invalid-chart', message, hint, { cause });
}

/** Why the environment does not render with the release, if it does not. */
async function findFailure({ tip, state }: Outlook, chart: Release, { signal, rendered }: Renderer) {
  const names = findRenderNames(state);
  const { values } = state;
  const key = JSON.stringify([names, chart, Buffer.from(values.bytes).toString()]);
  if (rendered.has(key)) return undefined;
  const end = await reach(() => requireRendered(tip, { chart, image: chart, values, names }, { signal }));
  // The values or the chart are at fault, and not the machine.
  if (end instanceof Failure && /^invalid-(?:chart|file)$/.test(end.code)) return end;
  if (end instanceof Failure) throw end;
  rendered.add(key);
  return undefined;
}

/** What an operator does instead of going back to a release that does not render. */
async function findWayOut(outlook: Outlook, { to, instead }: Extract<Step, { kind: 'rollback' }>, renderer: Renderer) {
  const { environment, values } = outlook.state;
  const takeOut = `take out of ${values.path} what the chart of ${to.tag} does not take`;
  let tries = 0;
  for await (const release of instead) {
    if (release.revision === to.revision) continue;
    if (!(await findFailure(outlook, release, renderer))) {
      const back = typed('rollback', environment.name, '--to', release.tag, '--reason <text>');
      return `${release.tag} renders: ${back}\nOr first ${takeOut}.`;
    }
    tries += 1;
    if (tries === triesAllowed) break;
  }
  return `First ${takeOut}, then go back.`;
}
