import type { Identity } from './identity.ts';

/** Gives a text of one identity as it reads for another. */
export function rename(text: string, from: Identity, to: Identity): string {
  const after = listWords(to);
  const words = new Map(listWords(from).map((word, index) => [word, after[index] ?? '']));
  const alternatives = [...words].filter(([before, word]) => before !== '' && word !== '');
  // A part of a longer word is another word; a dash after it joins the name of an object.
  const form = alternatives.map(([word]) => RegExp.escape(word)).join('|');
  return text.replace(new RegExp(`(?<![-\\w])(?:${form})(?!\\w)`, 'g'), (word) => words.get(word) ?? word);
}

/** Every form in which an identity stands in a file; of two that begin alike the longer one comes first. */
function listWords({ name, group, host, registry, branch }: Identity): string[] {
  const [, account, region] = /^(\d{12})\.dkr\.ecr\.([-a-z0-9]+)\.amazonaws\./.exec(registry) ?? [];
  return [
    `https://${host}/${group}/${name}.git`,
    `${registry}/${name}`,
    // How AWS' policies name the project. Another registry has none, and then the examples stay.
    ...(account === undefined || region === undefined
      ? ['', '']
      : [`arn:aws:ecr:${region}:${account}:repository/${name}`, `arn:aws:iam::${account}:oidc-provider/${host}`]),
    `project_path:${group}/${name}:ref_type:branch:ref:${branch}`,
    `${group}/${name}`,
    `revision: ${branch}`,
    `ref: ${branch}`,
    `CI_DEFAULT_BRANCH : '${branch}'`,
    `\`CI_DEFAULT_BRANCH\`, else \`${branch}\``,
    registry,
    host,
    name,
  ];
}
