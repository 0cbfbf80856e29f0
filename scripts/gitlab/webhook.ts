import { Failure } from '../shell/failure.ts';
import { answerWithin } from '../shell/within.ts';

// Milliseconds for the answer.
const timeLimit = 10_000;

/** Sends a line to a webhook, as Slack, Mattermost and Teams take it. Its address is a secret, and in no message. */
export async function sendLine(address: string, text: string, signal: AbortSignal): Promise<void> {
  const url = URL.parse(address.trim());
  const hint = 'Set GITOPS_WEBHOOK_URL to the address that the chat has made.';
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    throw new Failure('not-told', 'GITOPS_WEBHOOK_URL is not an address of http or https.', hint);
  const { host } = url;
  const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ text }) };
  const explain = (reason: string, cause: unknown) =>
    new Failure('not-told', `${host} could not be asked: ${reason}.`, hint, { cause });
  const response = await answerWithin({ signal, timeLimit }, (signal) => fetch(url, { ...init, signal }), explain);
  if (!response.ok) throw new Failure('not-told', `${host} answered with ${response.status}.`, hint);
}
