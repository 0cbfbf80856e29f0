import type { Image } from './image.ts';

/** The kinds of commit that change which release an environment runs. */
export type DeliveryKind = 'deploy';

/** A delivery as its commit tells it. */
export interface Delivery {
  kind: DeliveryKind;
  environment: string;
  from: Image | undefined;
  to: Image;
  /** The subjects of the commits that the environment gains, newest first. */
  gains: readonly string[];
  actor: string;
  pipeline?: string | undefined;
}

const gainsShown = 20;

/** The message of the commit that makes a delivery: a title, what comes with it, and its facts as trailers. */
export function formatDelivery({ kind, environment, from, to, gains, actor, pipeline }: Delivery): string {
  const trailers = [
    ['Environment', environment],
    ['Kind', kind],
    ['From', from?.tag],
    ['To', to.tag],
    ['Digest', to.digest],
    ['Actor', actor],
    ['Pipeline', pipeline],
  ];
  const facts = trailers.flatMap(([key, value]) => (value ? [`${String(key)}: ${value}`] : []));
  return (
    [`${kind}(${environment}): ${to.tag}`, formatGains(gains), facts.join('\n')]
      .filter(Boolean)
      .join('\n\n') + '\n'
  );
}

/** Whether a commit's subject is the title of a delivery. */
export function isDeliveryTitle(subject: string): boolean {
  return /^deploy\([a-z0-9-]+\): [0-9a-f]+$/.test(subject);
}

function formatGains(gains: readonly string[]): string {
  if (gains.length <= 1) return gains.join('');
  const hidden = gains.length - gainsShown;
  const lines = gains.slice(0, gainsShown).map((subject) => `- ${subject}`);
  return [`${gains.length} commits:`, '', ...lines, ...(hidden > 0 ? [`- and ${hidden} more`] : [])].join(
    '\n',
  );
}
