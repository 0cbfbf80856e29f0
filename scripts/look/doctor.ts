import type { Place } from '../branch/place.ts';
import { exitCode, Failure } from '../shell/failure.ts';
import { paint } from '../shell/screen.ts';
import { formatTable } from '../shell/table.ts';
import type { Answer } from './answer.ts';
import { audiences, checks, type Audience, type CheckName } from './checks.ts';

/** Checks what is needed in a place, all at once, each within a time of its own; it ends with the exit code of the worst. */
export async function doctor(place: Place, options: { for: Audience; timeout: number }): Promise<Answer> {
  const found = await Promise.all(audiences[options.for].map((check) => examine(check, place, options.timeout)));
  const rows = found.flatMap(({ check, fine, message, hint = '' }) => {
    const mark = fine ? paint('green', '✓') : paint('red', '✗');
    const lines = `${message}\n${hint}`.trimEnd().split('\n');
    return lines.map((line, index) => (index === 0 ? [mark, check, line] : ['', '', line]));
  });
  return {
    document: found.map(({ check, fine, message, code, hint }) => ({ check, fine, message, code, hint })),
    text: formatTable(rows),
    exitCode: Math.max(...found.map((one) => one.exitCode)),
  };
}

/** Says what is fine; or what is wrong, and what mends it. */
async function examine(check: CheckName, place: Place, timeLimit: number) {
  const limit = AbortSignal.timeout(timeLimit);
  try {
    const message = await checks[check]({ ...place, signal: AbortSignal.any([place.signal, limit]) }, timeLimit);
    return { check, fine: true, message, exitCode: exitCode.done };
  } catch (error) {
    place.signal.throwIfAborted();
    const failure = limit.aborted ? lateness(timeLimit) : error;
    if (!(failure instanceof Failure)) throw failure;
    const { code, message, hint } = failure;
    return { check, fine: false, message, code, hint, exitCode: failure.exitCode };
  }
}

function lateness(timeLimit: number): Failure {
  const hint = 'Look at the network and its proxies, or give it longer by --timeout.';
  return new Failure('remote-unreachable', `No answer within ${timeLimit / 1000} s.`, hint);
}
