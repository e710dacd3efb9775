import tseslint from 'typescript-eslint';

/** Which folders a folder must not import from: data flows one way, and nothing imports `search/` but the CLI. */
const forbidden = (files, patterns) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: patterns.map((p) => ({ regex: p })) }] },
});

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'results'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['eslint.config.js'] } } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      'no-console': 'error',
    },
  },
  forbidden(['src/**/*.ts'], ['/search/', '/bench/']),
  { files: ['src/cli/**/*.ts'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
  { files: ['examples/*.js'], rules: { 'no-console': 'off' } },
);
