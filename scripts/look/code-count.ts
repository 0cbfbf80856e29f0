import type { Mainline } from '../git/mainline.ts';
import type { Tip } from '../git/tip.ts';
import { environmentsFolder } from '../release/flow.ts';
import type { Image } from '../release/image.ts';

/** How many commits with code a release has that another one lacks; undefined where one is no commit of the branch. */
export type CountCode = (running: Image | undefined, ahead: Image | 'tip' | undefined) => number | undefined;

/** Reads which commits change more than environments, down to the oldest of the releases. */
export async function readCodeCount(
  tip: Tip,
  mainline: Mainline,
  images: readonly (Image | undefined)[],
): Promise<CountCode> {
  const find = (image: Image | undefined) => image && mainline.find(image);
  const commits = mainline.commits.slice(0, Math.max(0, ...images.map((image) => find(image) ?? 0)));
  const code = new Set((await tip.keepOutside(commits, environmentsFolder)).map(({ sha }) => sha));
  return (running, ahead) => {
    const [to, from] = [find(running), ahead === 'tip' ? 0 : find(ahead)];
    if (to === undefined || from === undefined) return undefined;
    return commits.slice(from, to).filter(({ sha }) => code.has(sha)).length;
  };
}
