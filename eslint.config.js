import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Nest generates imports of what a file is compiled to; here an import names the file itself. */
const namesSource = {
  meta: { type: 'problem', fixable: 'code', schema: [] },
  create: (context) => ({
    ImportDeclaration: ({ source }) => {
      if (!/^\.\.?\/.*\.js$/.test(source.value)) return;
      context.report({
        node: source,
        message: 'An import of a file of this project must name it with .ts.',
        fix: (fixer) => fixer.replaceText(source, source.raw.replace(/js(?=.$)/, 'ts')),
      });
    },
  }),
};

export default defineConfig(
  globalIgnores(['dist/', 'bundle/', 'coverage/', '*.js']),
  {
    files: ['**/*.ts'],
    extends: [eslint.configs.recommended, tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { project: { rules: { 'names-source': namesSource } } },
    rules: {
      'project/names-source': 'error',
      // Nest's modules are classes without members: the decorator is their content.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['scripts/**/*.ts'],
    // What others wrote is made safe for a terminal in one place: scripts/shell/screen.ts.
    rules: { 'no-console': 'error' },
  },
  {
    // Node runs these without a compiler: it takes types away, and can do no more.
    files: ['scripts/**/*.ts', 'test/**/*.ts', 'src/**/*.openapi.ts', 'src/**/*.schemas.ts', 'src/config.ts'],
    rules: {
      '@typescript-eslint/parameter-properties': 'error',
      'no-restricted-syntax': ['error', 'TSEnumDeclaration', 'TSModuleDeclaration'],
    },
  },
);
