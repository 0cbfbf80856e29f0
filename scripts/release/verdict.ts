import { formatFacts, parseFacts } from './delivery.ts';
import { toLine } from './line.ts';
import { instant } from './shape.ts';

/** What Argo CD said of the release that a delivery brought to an environment. */
export interface Verdict {
  environment: string;
  state: 'healthy' | 'failed';
  /** When it was found, by the clock of who waited. */
  since: Date;
  /** Who waited. */
  by: string;
  pipeline?: string | undefined;
  /** What Argo CD complained about. */
  reasons: readonly string[];
}

// What a server has to say can be long; a note is for people.
const reasonsKept = 10;
const longestReason = 500;

/** The paragraph of a verdict in the note on its delivery's commit. */
export function formatVerdict({ environment, state, since, by, pipeline, reasons }: Verdict): string {
  return formatFacts([
    ['Verdict', state],
    ['Environment', environment],
    ['Since', since.toISOString()],
    ['Actor', by],
    ['Pipeline', pipeline],
    ...reasons.slice(0, reasonsKept).map((reason) => ['Reason', toLine(reason).slice(0, longestReason)] as const),
  ]);
}

/** Reads the verdicts of a note, in its order. Anybody can write notes: a paragraph that is not a verdict is skipped. */
export function parseVerdicts(note: string): Verdict[] {
  return note.split(/\n\s*\n/).flatMap((paragraph) => parseVerdict(paragraph) ?? []);
}

/** When a state was first found, if it was: no earlier than its delivery, whatever the clock of who waited said. */
export function firstVerdict(verdicts: readonly Verdict[], state: Verdict['state'], delivered: Date): Date | undefined {
  const times = verdicts.filter((verdict) => verdict.state === state).map(({ since }) => since.getTime());
  return times.length === 0 ? undefined : new Date(Math.max(Math.min(...times), delivered.getTime()));
}

function parseVerdict(paragraph: string): Verdict | undefined {
  const facts = parseFacts(paragraph.split('\n'));
  const valuesOf = (key: string) => facts(key).map(toLine);
  const [state] = valuesOf('Verdict');
  const [environment] = valuesOf('Environment');
  const since = instant.safeParse(valuesOf('Since')[0]).data;
  if ((state !== 'healthy' && state !== 'failed') || environment === undefined || !since) return undefined;
  const [by = '-'] = valuesOf('Actor');
  const [pipeline] = valuesOf('Pipeline');
  return { environment, state, since, by, pipeline, reasons: valuesOf('Reason') };
}
