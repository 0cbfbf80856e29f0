import { posix } from 'node:path';
import { readChanges, readMainline } from '../branch/past.ts';
import { openRemote, readLastTip, type Place } from '../branch/place.ts';
import { proposalsPattern } from '../branch/proposals.ts';
import { readRows } from '../look/status.ts';
import { readWeeks } from '../look/metrics.ts';
import type { Image } from '../release/image.ts';
import { environmentsFolder } from '../release/flow.ts';
import { Ledger } from '../release/ledger.ts';
import { auditHistory } from '../release/audit.ts';
import { idOf, listEvents } from './events.ts';

/** All that the board shows, as the branch has it at one moment. */
export type Facts = Awaited<ReturnType<typeof readFacts>>;

/** Reads it from Git, and what is live from Argo CD where there is one. */
export async function readFacts(place: Place) {
  await using scratch = await openRemote(place, { history: 'trees' });
  const tip = await readLastTip(scratch, place, [proposalsPattern]);
  const mainline = await readMainline(tip);
  const history = await readChanges(tip, mainline, [environmentsFolder]);
  const ledger = new Ledger(history.verdicts);
  const findings = auditHistory(history, mainline.relate, undefined, ledger);
  const past = { mainline, ledger };
  const { rows } = await readRows(tip, place, past);
  const weeks = await readWeeks(
    tip,
    past,
    rows.map(({ name }) => name),
  );
  const { CI_PROJECT_URL: project, CI_PROJECT_PATH: name } = place.env;
  return {
    name: name ?? posix.basename(scratch.remote.address, '.git'),
    /** Where GitLab shows the project. */
    project,
    branch: tip.branch,
    commit: tip.commit,
    now: tip.now,
    /** The commit of a release, if it is one of the branch. */
    findCommit: (image: Image) => mainline.findCommit(image),
    /** In the flow's order. */
    rows,
    /** Of all environments, oldest first. */
    events: rows
      .flatMap(({ name }) => listEvents(name, ledger.recordOf(name)))
      .toSorted((one, other) => one.since.getTime() - other.since.getTime()),
    /** The measures of each environment by weeks, oldest first. */
    weeks,
    /** The deployments that are measured, by the ids of their events. */
    deployments: new Map(
      [...weeks].flatMap(([environment, weeks]) =>
        weeks.flatMap(({ deployments }) =>
          deployments.map((deployment) => [idOf({ environment, commit: deployment.run.version.commit }), deployment]),
        ),
      ),
    ),
    /** What the audit finds, newest first. */
    findings: findings.toReversed(),
  };
}
