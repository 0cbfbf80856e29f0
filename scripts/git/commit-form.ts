import { Failure } from '../shell/failure.ts';
import { findSetting, isSet, type Checkout } from './checkout.ts';

/** What the settings of a checkout ask of commits, so that they pass the push rules of a server. */
export type CommitForm = ReturnType<typeof readCommitForm>;

/** The form of a prefix: labels such as `chore:` or `[ops]`, and the keys of issues. Other words could begin a title. */
export const prefixForm = /(?:(?:\S*[:\])]|[A-Z][A-Z0-9]*-\d+|#\d+) )*/;

/**
 * Reads the form from commit.gpgSign, gitops.signOff and gitops.titlePrefix.
 * @throws {Failure} `usage` for a prefix after which the title of a delivery could not be recognized.
 */
export function readCommitForm(checkout: Checkout) {
  const prefix = findSetting(checkout, 'gitops.titleprefix').trim();
  const titlePrefix = prefix && `${prefix} `;
  if (!new RegExp(`^${prefixForm.source}$`).test(titlePrefix)) {
    throw new Failure(
      'usage',
      `The setting gitops.titlePrefix is ${JSON.stringify(prefix)}, which is not a valid prefix of a title.`,
      'Each word of it must end in a colon or a bracket, or be the key of an issue: chore: or [ops] or OPS-12 or #12.',
    );
  }
  return {
    isSigned: isSet(checkout, 'commit.gpgsign'),
    isSignedOff: isSet(checkout, 'gitops.signoff'),
    /** What stands before every title, with a space after it; or an empty text. */
    titlePrefix,
  };
}
