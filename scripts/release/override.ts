import { Failure, type FailureCode } from '../shell/failure.ts';
import type { Environment, Overridable } from './flow.ts';
import { attempt } from './ledger.ts';
import { listRefusals } from './refusals.ts';
import type { Ruling, Standing } from './rules.ts';

/** The refusals that an override lets past, by its name. */
const refusals: Readonly<Record<Overridable, FailureCode>> = {
  healthy: 'no-verdict',
  soak: 'not-soaked',
  freeze: 'frozen',
};

/** Judges a promotion, and judges it again without each rule that it breaks, while that is overridden and the flow allows it. */
export function judgeOverridden(
  standing: Standing,
  override: readonly Overridable[],
  judge: (standing: Standing) => Ruling,
) {
  const broken: { rule: Overridable; failure: Failure }[] = [];
  // Each rule is overridden once, so that this ends.
  const left = new Set(override.filter((rule) => standing.environment.override.includes(rule)));
  for (let relaxed = standing; ;) {
    const ruling = attempt(() => judge(relaxed));
    if (!(ruling instanceof Failure)) return { ruling, broken };
    const [next] = [...left].flatMap((rule) => {
      const failure = listRefusals(ruling).find(({ code }) => code === refusals[rule]);
      return failure ? [{ rule, failure }] : [];
    });
    if (!next) return { ruling, broken };
    left.delete(next.rule);
    broken.push(next);
    relaxed = relax(relaxed, next.rule);
  }
}

/** @throws {Failure} `not-overridable` where the flow does not let all of the rules be overridden. */
export function requireOverridable({ name, override }: Environment, rules: readonly Overridable[]): void {
  const kept = rules.filter((rule) => !override.includes(rule));
  if (kept.length === 0) return;
  const hint = 'What may be overridden stands in environments/flow.yaml, as "override" of the environment.';
  throw new Failure('not-overridable', `${name} does not let ${kept.join(' and ')} be overridden.`, hint);
}

function relax(standing: Standing, rule: Overridable): Standing {
  if (rule === 'freeze') return { ...standing, freeze: undefined };
  const relaxed = rule === 'soak' ? { soak: { ...standing.environment.soak, for: 0 } } : { healthy: false };
  return { ...standing, environment: { ...standing.environment, ...relaxed } };
}
