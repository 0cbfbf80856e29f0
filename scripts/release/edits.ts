import type { Commit } from '../git/file-history.ts';
import { Failure } from '../shell/failure.ts';
import { breach, notice, refused, type Found } from './finding.ts';
import type { Image } from './image.ts';
import { attempt, type EnvironmentRecord } from './ledger.ts';
import { toLine } from './line.ts';
import type { Standing } from './rules.ts';
import { differences } from './scalars.ts';
import type { Rest, Values } from './values.ts';
import { describeVersion } from './version.ts';

// As many keys as one sentence names.
const keysShown = 3;

/** What an edit is judged by. */
export type Stand = Omit<Standing, 'environment'> & { environment: string };

/** Finds what a commit changes by hand of what an environment runs, or how; comments and the order of keys do not count. */
export function findEdits(
  stand: Stand,
  record: EnvironmentRecord,
  { commit, values, isJudged }: { commit: Commit; values: Values | 'removed'; isJudged: boolean },
): Found[] {
  const { environment, image: from } = stand;
  if (record.runs.length === 0 && (values === 'removed' || !values.image)) return [];
  if (values === 'removed') return [edited(stand, 'its values were removed')];
  const keys = attempt(() => findKeys(record.rest, values.rest));
  if (keys instanceof Failure) return [refused(environment, keys)];
  const all = [...(isJudged ? [] : findFields(environment, commit, from, values.image)), ...keys];
  return all.length > 0 ? [edited(stand, `${list(all)} changed by hand`)] : [];
}

function edited({ environment, hold, freeze }: Stand, what: string): Found {
  const told = `${environment}: ${what}`;
  if (hold) return breach(environment, 'edited-while-held', `${told}, while it was held by ${hold.by}: ${hold.reason}`);
  if (!freeze) return notice(environment, 'edited', `${told}.`);
  const end = freeze.to.toISOString();
  return breach(environment, 'edited-while-frozen', `${told}, while it was frozen until ${end}: ${freeze.reason}`);
}

/** The keys of the release that differ, unless a delivery explains them: it names the release as a whole. */
function findFields(environment: string, commit: Commit, from: Image | undefined, to: Image | undefined): string[] {
  const isWhole = to && to.digest !== '' && (to.revision !== '' || !from?.revision);
  if (isWhole && describeVersion(environment, commit, to).kind !== 'edit') return [];
  const fields = ['tag', 'digest', 'revision'] as const;
  return fields.filter((field) => (from?.[field] ?? '') !== (to?.[field] ?? '')).map((field) => `image.${field}`);
}

function findKeys(before: Rest | undefined, after: Rest): string[] {
  if (!before || before === after) return [];
  const [left, right] = [attempt(before), after()];
  // A path begins with the position of the version of YAML; the same path in both is named once.
  return [...new Set(differences(left, right).map(({ path }) => path.replace(/^\d+\.?/, '') || 'all of it'))];
}

function list(keys: readonly string[]): string {
  const hidden = keys.length - keysShown;
  const shown = keys.slice(0, keysShown).map(toLine);
  return [...shown, ...(hidden > 0 ? [`${hidden} more`] : [])].join(', ');
}
