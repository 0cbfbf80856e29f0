import { createHash } from 'node:crypto';
import document from './openapi.json' with { type: 'json' };

const style = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
summary { cursor: pointer; padding: .4rem 0 } code { font-weight: 600 } pre { overflow: auto; font-size: .8rem }`;

/** The page's own style and nothing else: no script, no frame, nothing from elsewhere. */
export const pagePolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; frame-ancestors 'none'`;

const { info, paths } = document;
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries<{ summary?: string }>(methods).map(([method, operation]) => show(method, path, operation)),
);

/** The contract as a page that needs no script. */
export const page = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>${escape(info.title)}</title><style>${style}</style>
<h1>${escape(info.title)} ${escape(info.version)}</h1>
<p>${escape(info.description)}</p>
<p>For programs: <a href="docs/openapi.json">openapi.json</a></p>
${operations.join('\n')}
</html>
`;

function show(method: string, path: string, { summary = '', ...details }: { summary?: string }): string {
  const head = `<code>${escape(method.toUpperCase())} ${escape(path)}</code> ${escape(summary)}`;
  return `<details><summary>${head}</summary><pre>${escape(JSON.stringify(details, null, 2))}</pre></details>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
