/** The test of the variables, the only one that knows those of an example. */
export const variablesTest = 'test/service/config.test.ts';

/** Whether a file is a part of an example: a resource, and what readiness asks. */
export function isExample(path: string): boolean {
  return /^src\/(notes|upstream)\//.test(path);
}

/** The text of a file without what it says of the examples; the contract and the table of variables are written by `npm run docs`. */
export function forgetExamples(path: string, text: string): string {
  if (path === 'src/app.module.ts') {
    const imported = /^import \{ (\w+) \} from '\.\/(?:notes|upstream)\/.*\n/gm;
    const names = Array.from(text.matchAll(imported), ([, name = '']) => name);
    return names.reduce(
      (rest, name) => rest.replace(new RegExp(`, ${name}\\b|\\b${name}(, )?`), ''),
      text.replace(imported, ''),
    );
  }
  if (path === 'src/README.md') {
    const rows = /^\| `(?:notes|upstream)\/` .*\n/gm;
    const paragraph = /^Without the examples.*\n(?:.+\n)*\n/m;
    return text
      .replace(rows, '')
      .replace(paragraph, '')
      .replace(/, as (?:in )?`(?:notes|upstream)\/`[\w ]*/g, '');
  }
  return path === 'src/config.ts' || path === variablesTest ? text.replace(/^.*UPSTREAM_.*\n/gm, '') : text;
}
