import { z } from 'zod';
import type { News } from './announce.ts';
import type { GitLab } from './gitlab.ts';

const user = z.object({ id: z.number() });
const request = z.object({ iid: z.number(), state: z.string() });
const note = z.object({ id: z.number(), body: z.string(), author: user });

// What makes a note ours, and what stands between its two parts; Markdown shows neither.
const mark = '<!-- gitops -->';
const wayMark = '<!-- gitops: way -->';

// GitLab is asked about each commit: more of them are told by the pages of the environments alone.
const mostCommits = 50;

/** Writes what a review says into the note of a merge request. */
export async function noteReview(gitlab: GitLab, iid: string, markdown: string): Promise<void> {
  const me = await gitlab.ask(user, 'GET', 'user');
  await editNote(gitlab, me, Number(iid), ({ way }) => ({ review: markdown, way }));
}

/** Writes to the merge requests that commits have come by where they are now: a line for each environment that is given. */
export async function noteWay(gitlab: GitLab, { commits, lines }: NonNullable<News['way']>): Promise<void> {
  const iids = new Set<number>();
  for (const sha of commits.slice(0, mostCommits)) {
    const path = `${gitlab.project}/repository/commits/${sha}/merge_requests`;
    const found = await gitlab.ask(z.array(request), 'GET', path);
    for (const { iid, state } of found) if (state === 'merged') iids.add(iid);
  }
  if (iids.size === 0) return;
  const me = await gitlab.ask(user, 'GET', 'user');
  for (const iid of iids) await editNote(gitlab, me, iid, ({ review, way }) => ({ review, way: { ...way, ...lines } }));
}

/** What a review says, and the lines of the way by environment. */
type Parts = ReturnType<typeof parse>;

/** Edits the one note that this token's user has on a merge request; the first one is made. */
async function editNote(
  { ask, project }: GitLab,
  me: z.infer<typeof user>,
  iid: number,
  edit: (parts: Parts) => Parts,
): Promise<void> {
  const notes = `${project}/merge_requests/${iid}/notes`;
  // The first that is ours is among the first: the pipeline of a merge request begins with its review.
  const found = await ask(z.array(note), 'GET', `${notes}?sort=asc&order_by=created_at&per_page=100`);
  const ours = found.find(({ body, author }) => author.id === me.id && body.startsWith(mark));
  const body = format(edit(parse(ours?.body ?? '')));
  if (!ours) await ask(note, 'POST', notes, { body });
  else if (ours.body !== body) await ask(note, 'PUT', `${notes}/${ours.id}`, { body });
}

function parse(body: string) {
  const [review = '', lines = ''] = body.replace(mark, '').split(wayMark);
  const way = lines.matchAll(/^- ([a-z0-9-]+): (.*)$/gm).map(([, name = '', text = '']) => [name, text]);
  return { review: review.trim(), way: Object.fromEntries(way) as Record<string, string> };
}

function format({ review, way }: Parts): string {
  const lines = Object.entries(way).map(([name, text]) => `- ${name}: ${text}`);
  return [mark, review, ...(lines.length > 0 ? [wayMark, lines.join('\n')] : [])].filter(Boolean).join('\n\n');
}
