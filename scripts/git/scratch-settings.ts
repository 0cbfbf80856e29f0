import { selectSettings, type Checkout } from './checkout.ts';
import type { CommitForm } from './commit-form.ts';
import type { Setting } from './git.ts';

// Git checks each object that arrives. These faults were written by old programs without harm: no commit of long ago,
// and no tree that nobody has touched since, is to stop anybody.
const harmless =
  'badDate badDateOverflow badEmail badName badTimezone missingEmail missingNameBeforeEmail missingSpaceBeforeDate ' +
  'missingSpaceBeforeEmail multipleAuthors nulInCommit nullSha1 zeroPaddedDate zeroPaddedFilemode';

// How the checkout signs; a format that git does not know yet would stop it in every call.
const signing = /^gpg\.|^user\.signingkey$/;

/** What is in force in a scratch repository, besides what leads to the remote. */
export function listSettings(checkout: Checkout, { isSigned }: CommitForm): Setting[] {
  return [
    // No hook of the user's runs on a repository that is not the user's.
    ['core.hooksPath', '/dev/null'],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
    ['core.quotePath', 'false'],
    ['fetch.fsckObjects', 'true'],
    ...harmless.split(' ').map((fault) => [`fetch.fsck.${fault}`, 'ignore'] as const),
    ...(isSigned ? selectSettings(checkout, signing) : []),
  ];
}
