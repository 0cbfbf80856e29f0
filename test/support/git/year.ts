import { notesRef } from '../../../scripts/git/notes.ts';
import { formatVerdict } from '../../../scripts/release/verdict.ts';
import { day, Everyday, hour, judge, minute, pipelineOf, resumeAll, type Breach } from './everyday.ts';
import { Import, type Person } from './import.ts';
import { hostilePipeline, mischief, people, reasons } from './mischief.ts';
import type { Origin } from './origin.ts';
import type { Happening, Merged, Order, Team } from './team.ts';

/** A year of deliveries, as whoever wrote it knows it without reading the repository. */
export interface Year {
  /** The commits with code, oldest first. */
  merged: readonly Merged[];
  /** All deliveries and edits, oldest first. */
  happenings: readonly Happening[];
  /** What breaks a rule, as the audit names it. */
  breaches: readonly Breach[];
  /** The promotion that waits for a merge. */
  proposal: Order & { branch: string };
  /** What may come to an environment now, and what will later. */
  waiting: Readonly<Record<'staging' | 'production', { ripe: Merged; unripe: readonly Merged[] }>>;
  /** When the freeze of production ends that has begun, and its reason. */
  freeze: { to: Date; reason: string };
}

const { ada, zoe, grace, lukasz, hostile } = people;
// From the last release of the year to its end, which is played by the minute.
const finale = 6 * hour;

/**
 * Writes a year of deliveries up to a time into an empty repository. As many releases as are asked for are merged, deployed
 * and judged; some are promoted, taken back, held or edited by hand, by the rules but for two breaches.
 */
export async function writeYear(origin: Origin, now: Date, { releases = 365 } = {}): Promise<Year> {
  // A commit tells no more than seconds.
  const end = new Date(Math.floor(now.getTime() / 1000) * 1000);
  const stream = new Import(origin.directory);
  const days = new Everyday(stream, end);
  const each = Math.floor((365 * day - finale) / releases / minute) * minute;
  // Else what was deployed before has not soaked.
  if (each < 90 * minute) throw new Error(`A year has no time for ${releases} releases.`);
  const begin = end.getTime() - 365 * day;
  await days.begin(new Date(begin - hour));
  for (let number = 0; number < releases; number += 1) {
    await days.playRelease(number, begin + number * each, number / releases);
  }
  const { proposal, waiting } = await playFinale(days.team, end);
  const { merged, happenings } = days.team;
  await stream.finish(notesRef, listNotes(happenings), ada, end);
  const { breaches, freeze } = days;
  if (breaches.length !== 2) throw new Error(`${releases} releases are too few for all that a year is to have.`);
  return { merged, happenings, breaches, proposal, waiting, freeze };
}

/** Plays the last hours, which leave everything that a board can show of the present. */
async function playFinale(team: Team, end: Date): Promise<Pick<Year, 'proposal' | 'waiting'>> {
  const at = (minutes: number) => new Date(end.getTime() - minutes * minute);
  await resumeAll(team, { by: grace, time: at(350) });
  const bring = async (subject: string, by: Person, minutes: number) => {
    const release = await team.merge(subject, { by, time: at(minutes + 8) });
    const order = { kind: 'deploy', environment: 'dev', release, by, time: at(minutes) } as const;
    judge(await team.deliver({ ...order, pipeline: pipelineOf(release) }));
    return release;
  };
  const promote = { kind: 'promote', by: grace } as const;
  const first = await bring(mischief.style, zoe, 330);
  judge(await team.deliver({ ...promote, environment: 'staging', release: first, time: at(250) }));
  const past = { override: ['freeze'], reason: reasons.rollback, merger: ada, pipeline: hostilePipeline } as const;
  judge(await team.deliver({ ...promote, ...past, environment: 'production', release: first, time: at(180) }));
  const second = await bring(mischief.attribute, hostile, 160);
  judge(await team.deliver({ ...promote, environment: 'staging', release: second, time: at(90) }));
  const third = await bring(mischief.long, ada, 80);
  const order = { ...promote, environment: 'production', release: second, time: at(30) } as const;
  const proposal = { ...order, branch: await team.propose(order) };
  const fourth = await bring(mischief.script, hostile, 20);
  const held = { environment: 'production', release: first, reason: reasons.hold, by: lukasz } as const;
  await team.deliver({ ...held, kind: 'hold', time: at(10) });
  const waiting = { staging: { ripe: third, unripe: [fourth] }, production: { ripe: second, unripe: [] } };
  return { proposal, waiting };
}

function listNotes(happenings: readonly Happening[]) {
  return happenings.flatMap(({ commit, environment, by: { login: by }, pipeline, verdict }) =>
    verdict ? [[commit, formatVerdict({ environment, by, pipeline, ...verdict })] as const] : [],
  );
}
