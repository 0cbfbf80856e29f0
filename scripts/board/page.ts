import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import { formatSpan } from '../release/duration.ts';
import type { Facts } from './facts.ts';
import { style } from './style.ts';

/** Markup: what is put into it is escaped, unless it is markup itself. */
export type Html = ReturnType<typeof html>;

/** A page to write. */
export interface Page {
  file: string;
  title: string;
  body: Html;
}

// A link to a row names a release, which is marked wherever else it is on the page.
const follow = `
const follow = () => {
  const release = document.querySelector('tr:target')?.dataset.release || undefined;
  for (const mark of document.querySelectorAll('[data-release]'))
    mark.classList.toggle('followed', release !== undefined && mark.dataset.release === release);
};
addEventListener('hashchange', follow);
follow();
`;

/** Where a server tells that the pages have changed. */
export const changesPath = '/changes';

const refresh = `new EventSource('${changesPath}').onmessage = () => location.reload();`;

const sections = [
  ['now', 'Now'],
  ['then', 'Then'],
  ['trend', 'Trend'],
  ['rules', 'Kept rules'],
] as const;

/** Writes a page of the board; one that is served loads itself again when it has changed. */
export async function writePage({ title, body }: Page, facts: Facts, isServed: boolean): Promise<string> {
  const { name, branch, commit, now } = facts;
  const script = isServed ? follow + refresh : follow;
  const hash = createHash('sha256').update(script).digest('base64');
  // Nothing is asked of anywhere, and no text that others wrote could run, should it ever become markup.
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; connect-src 'self'`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${title} · ${name}</title>
<style>${raw(style)}</style>
</head>
<body>
<header>
<p><a href="index.html">${name}</a></p>
<nav aria-label="Sections">${sections.map(([id, words]) => html`<a href="index.html#${id}">${words}</a>\n`)}</nav>
</header>
<main>
<h1>${title}</h1>
${body}
</main>
<footer>${branch} at ${commitLink(facts, commit)}, read ${timeOf(now)}. All times are UTC.</footer>
<script>${raw(script)}</script>
</body>
</html>
`;
  // Parts that are left out leave empty lines.
  return (await page).replaceAll(/\n{2,}/g, '\n');
}

/** A time to the minute. */
export function timeOf(time: Date): Html {
  return html`<time datetime="${time.toISOString()}">${minuteOf(time)}</time>`;
}

/** The same as text. */
export function minuteOf(time: Date): string {
  return time.toISOString().slice(0, 16).replace('T', ' ');
}

/** A duration in milliseconds, as a person would say it. */
export function spanOf(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '–' : formatSpan(milliseconds);
}

/** A number of things. */
export function countOf(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}

/** A commit by its short SHA, as a link where GitLab shows the project. */
export function commitLink({ project }: Pick<Facts, 'project'>, sha: string): Html {
  return linkTo(project && `${project}/-/commit/${sha}`, sha.slice(0, 8));
}

/** A link, or the words alone where there is no address of the web. */
export function linkTo(address: string | undefined, words: string): Html {
  return /^https?:\/\//.test(address ?? '') ? html`<a href="${address}">${words}</a>` : html`${words}`;
}
