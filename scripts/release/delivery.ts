import { prefixForm } from '../git/commit.ts';
import type { Commit } from '../git/file-history.ts';
import { overridable, type Overridable } from './flow.ts';
import type { Image } from './image.ts';
import { formatList, toLine } from './line.ts';

/** The kinds of commit that this program makes. */
export type DeliveryKind = 'deploy' | 'promote' | 'rollback' | 'hold' | 'resume';

/** What the commit of a delivery tells. */
export interface Delivery {
  kind: DeliveryKind;
  environment: string;
  from: Image | undefined;
  to: Image | undefined;
  /** The subjects of the commits that the environment gains, or gives back, newest first. */
  subjects: readonly string[];
  actor: string;
  pipeline?: string | undefined;
  /** The rules that are overridden. */
  override?: readonly Overridable[] | undefined;
  reason?: string | undefined;
}

const place = String.raw`\((?<environment>[a-z0-9-]+)\)`;
const releaseForm = `(?<kind>deploy|promote|rollback)${place}: (?<tag>[0-9a-f]+)`;
const titleForm = new RegExp(`^${prefixForm.source}(?:${releaseForm}|(?<kind>hold|resume)${place})$`);
// GitLab's merge of a proposal.
const mergeTitle = "Merge branch 'promote/";

/** The message of the commit that makes a delivery: a title, what comes with it, and its facts as trailers. */
export function formatDelivery(delivery: Delivery): string {
  const { kind, environment, from, to, subjects, actor, pipeline, override, reason } = delivery;
  const trailers = {
    Environment: environment,
    Kind: kind,
    From: from?.tag,
    To: to?.tag,
    Digest: to?.digest,
    Revision: to?.revision,
    Actor: actor,
    Pipeline: pipeline,
    Override: override?.join(', '),
    Reason: reason,
  };
  const paragraphs = [formatTitle(delivery), formatSubjects(subjects), formatFacts(Object.entries(trailers)).trimEnd()];
  return `${paragraphs.filter(Boolean).join('\n\n')}\n`;
}

/** Facts as trailers; unknown ones are left out. */
export function formatFacts(facts: readonly (readonly [string, string | undefined])[]): string {
  return facts.flatMap(([key, value]) => (value ? [`${key}: ${toLine(value)}\n`] : [])).join('');
}

/** Reads facts from the lines of trailers: gives the values of a key, in their order. */
export function parseFacts(lines: readonly string[]): (key: string) => string[] {
  const told = lines.filter((line) => line.includes(': '));
  const facts = Map.groupBy(told, (line) => line.slice(0, line.indexOf(': ')));
  return (key) => facts.get(key)?.map((line) => line.slice(key.length + 2)) ?? [];
}

/** The first line of a delivery's message. */
export function formatTitle({ kind, environment, to }: Pick<Delivery, 'kind' | 'environment' | 'to'>): string {
  const changesRelease = kind !== 'hold' && kind !== 'resume';
  return `${kind}(${environment})${changesRelease ? `: ${to?.tag ?? ''}` : ''}`;
}

/** The delivery that a commit tells of, if any: of a merge, first the one that the merged commit tells of. */
export function findDelivery({ message, merged }: Pick<Commit, 'message' | 'merged'>) {
  return (merged && parseDelivery(merged.message)) ?? parseDelivery(message);
}

/** The delivery that a commit tells of, if it brought this image to this environment. */
export function findDeliveryOf(commit: Commit, environment: string, image: Image) {
  const delivery = findDelivery(commit);
  return delivery?.environment === environment && delivery.tag === image.tag ? delivery : undefined;
}

function parseDelivery(message: string) {
  const [title = '', ...rest] = message.trimEnd().split('\n');
  const { kind, environment, tag } = titleForm.exec(title)?.groups ?? {};
  if (kind === undefined || environment === undefined) return undefined;
  const facts = parseFacts(rest.slice(rest.lastIndexOf('') + 1));
  const read = (key: string) => facts(key).at(-1);
  const named = read('Override')?.split(/, */) ?? [];
  const override: readonly Overridable[] = overridable.filter((rule) => named.includes(rule));
  const [actor, pipeline, reason] = ['Actor', 'Pipeline', 'Reason'].map(read);
  return { kind: kind as DeliveryKind, environment, tag, actor, pipeline, override, reason };
}

/** Whether a commit's subject is the title of a delivery, or of GitLab's merge of one. */
export function isDeliveryTitle(subject: string): boolean {
  return titleForm.test(subject) || subject.startsWith(mergeTitle);
}

/** Whether a commit's subject is the title of a promotion, which can be a proposal. */
export function isPromotionTitle(subject: string): boolean {
  return titleForm.exec(subject)?.groups?.kind === 'promote';
}

function formatSubjects(subjects: readonly string[]): string {
  if (subjects.length <= 1) return subjects.map(quoteSubject).join('');
  return `${subjects.length} commits:\n\n${formatList(subjects.map(quoteSubject))}`;
}

// https://docs.gitlab.com/user/project/issues/managing_issues/#default-closing-pattern
const closing =
  /\b((?:clos|fix|resolv|implement)(?:e[sd]?|ing|s|ed)?:? +(?:issues? +)?)(\S*#\d+|https?:\/\/\S+|[A-Z][A-Z0-9_]+-\d+)/gi;
const skipping = /\[(skip ci|ci skip)\]/gi;

/** Quotes a subject, so that it does not close an issue or skip a pipeline once more. */
export function quoteSubject(subject: string): string {
  return subject.replace(closing, '$1($2)').replace(skipping, '($1)');
}
