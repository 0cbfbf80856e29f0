import { formatMinute } from '../release/duration.ts';
import { toNames } from '../release/image.ts';
import { findPerson, formatReason, type Version } from '../release/version.ts';
import { fitTable } from '../shell/table.ts';
import type { Answer } from './answer.ts';
import { openRemote, readLastTip, type Place } from '../branch/place.ts';
import { readEnvironment } from '../branch/environments.ts';
import { readPast } from '../branch/past.ts';
import { flowPath } from '../release/flow.ts';

/** Tells the deliveries of an environment with their verdicts, and the edits of its values by hand, newest first. */
export async function history(
  place: Place,
  name: string,
  { limit, columns }: { limit: number; columns: number },
): Promise<Answer> {
  await using scratch = await openRemote(place, { history: 'trees' });
  const tip = await readLastTip(scratch, place);
  const { values } = await readEnvironment(tip, name);
  const { ledger } = await readPast(tip, [flowPath, values.path]);
  const { versions, skipped } = ledger.recordOf(name);
  for (const { commit, problem } of skipped.toReversed()) place.log(`Left out ${commit.sha.slice(0, 8)}: ${problem}`);
  const shown = versions.slice(-limit).reverse();
  const heading = ['WHEN', 'KIND', 'RELEASE', 'BY', 'COMMIT', 'VERDICT', 'REASON'];
  const rows = shown.map((version) => [
    formatMinute(version.since),
    version.kind,
    version.image?.tag ?? '-',
    findPerson(version),
    version.commit.sha.slice(0, 8),
    version.verdicts.at(-1)?.state ?? '-',
    formatReason(version),
  ]);
  return { document: shown.map(toDocument), text: fitTable([heading, ...rows], heading.indexOf('REASON'), columns) };
}

function toDocument({ commit, since, image, kind, by, override, reason, verdicts }: Version): object {
  const found = verdicts.map(({ state, since, by, reasons }) => ({ state, since, by, reasons }));
  const facts = { by, override, reason: reason ?? null, verdicts: found };
  return { kind, ...toNames(image), commit: commit.sha, since: since.toISOString(), ...facts };
}
