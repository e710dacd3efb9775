import tseslint from 'typescript-eslint';

/** Which folders a folder must not import from: data flows one way, and nothing imports `search/` but the CLI. */
const forbidden = (files, patterns) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: patterns.map((p) => ({ regex: p })) }] },
});

/** Each room of `search/` may import from those before it. */
const ROOMS = ['front', 'substitute', 'space', 'emit', 'evaluate', 'rank', 'explore', 'pick', 'report'];

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
  // The rooms of search/, from what knows nothing of the others to what knows all of them.
  ...ROOMS.map((room, i) =>
    forbidden(
      [`search/${room}/**/*.ts`],
      [
        '/cli/',
        '/bench/',
        ...(i < ROOMS.indexOf('pick') ? ['/search/sweep\\.js$', '^(\\.\\./)+sweep\\.js$'] : []),
        // Rooms of src/ have the same names in part: a room of search/ is one or two folders up.
        ...ROOMS.slice(i + 1).map((later) => `^(\\.\\./){1,2}${later}/`),
      ],
    ),
  ),
  forbidden(['search/front/**/*.ts'], ['^\\.\\./']),
  forbidden(['search/metrics.ts'], ['^\\./']),
  { files: ['src/cli/**/*.ts'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
);
