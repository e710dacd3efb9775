import tseslint from 'typescript-eslint';

/**
 * The folders of `src/` and which others each may import, as in the picture of docs/architecture.md. The files beside
 * them (csv, errors, files, groups, lazy, safe-text, sizes, suggest, text, wasm, yaml-document, yaml-values) are for all.
 */
const SRC = {
  tflite: [],
  graph: ['tflite'],
  glyphs: [],
  weights: ['graph'],
  lowering: ['graph', 'weights'],
  run: ['graph'],
  npu: [],
  cost: ['graph', 'weights', 'lowering', 'npu'],
  schedule: ['graph', 'weights', 'lowering', 'npu', 'cost'],
  samples: ['graph', 'run'],
  estimate: ['graph', 'weights', 'lowering', 'npu', 'cost', 'schedule'],
  theory: ['weights', 'npu', 'cost'],
  fvp: ['lowering', 'npu', 'cost', 'schedule', 'estimate'],
  budget: ['npu', 'estimate', 'fvp'],
  explain: ['graph', 'lowering', 'npu', 'cost', 'schedule', 'estimate', 'fvp', 'theory'],
  report: ['graph', 'npu', 'estimate', 'fvp', 'budget', 'theory', 'explain', 'samples'],
};

const PAGE = ['report-html/client/', 'the page is loaded as a file, not imported'];
const QUEUES = ['^(bullmq|ioredis)$', 'only search/evaluate/queue knows the package, which may be missing'];

/**
 * What files must not import, beside what none of them must. Of several such rules only the last one counts for a file: what is
 * true of a part has to come after what is true of the whole, and to state that again.
 */
const within = (files, patterns, ignores = [], everywhere = [PAGE, QUEUES]) => ({
  files,
  ignores,
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: [...patterns, ...everywhere].map(([regex, message]) => ({ regex, message })) },
    ],
  },
});

/** What a folder must not import: what is above all of `src/`, and every folder that it does not name. */
const borderOf = (folder, allowed) => {
  const others = Object.keys(SRC).filter((name) => name !== folder && !allowed.includes(name));
  const may = allowed.length === 0 ? 'no other folder' : allowed.join(', ');
  return within(
    [`src/${folder}/**/*.ts`],
    [
      ['/(cli|search|bench|training)/', 'data flows one way: only src/cli puts src and search together'],
      [`^(\\.\\./)+(${others.join('|')})/`, `src/${folder} may import ${may}`],
      ['^(\\.\\./)+index\\.js$', 'index.ts is for users of the library'],
    ],
  );
};

const OPTION = /(^|[\s"'(])--[a-z]/.source.replaceAll('/', '\\/');
const NO_OPTIONS = 'only src/cli knows the options of the command line; see Setting in errors.ts';
/** Each room of `search/` may import from those before it. Some lie in the room that they serve, before or after it. */
const ROOMS = [
  'front',
  'substitute',
  'space',
  'emit',
  'emit/fit',
  'evaluate/log',
  'evaluate',
  'evaluate/trial',
  'rank',
  'explore/cliffs',
  'explore',
  'pick',
  'report',
];

/** The imports by which a file of `room` would reach `other`. */
const waysTo = (other, room) => {
  const [outer, inner] = other.split('/');
  if (room.startsWith(`${other}/`)) return String.raw`^\.\./[^.]`;
  if (inner !== undefined && room.startsWith(outer)) return `^\\.{1,2}/${inner}/`;
  // Rooms of src/ have the same names in part: a room of search/ is one or two folders up.
  return `^(\\.\\./){1,2}${other}/`;
};

const bordersOfRoom = (room) => [
  ['/(src/cli|bench|training)/', 'search knows no command line'],
  ...ROOMS.slice(ROOMS.indexOf(room) + 1).map((later) => [
    waysTo(later, room),
    `search/${room} may import ${['src', ...ROOMS.slice(0, ROOMS.indexOf(room))].join(', ')}`,
  ]),
  ...(room === 'front' ? [['^\\.\\./', 'front is pure']] : []),
];

/** Of several rules only the last one counts: inner rooms come after those in which they lie. */
const OUTER_FIRST = ROOMS.toSorted((a, b) => a.includes('/') - b.includes('/'));

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
  ...Object.entries(SRC).map(([folder, allowed]) => borderOf(folder, allowed)),
  within(['src/*.ts'], [['^\\./[^/]+/', 'what all folders use may use none of them']], ['src/index.ts']),
  within(['src/index.ts'], [['/(cli|search|bench|training)/', 'the library of estimates knows no search']]),
  within(['src/cli/**/*.ts'], [['/(bench|training)/', 'bench and training are no part of the program']]),
  within(['training/**/*.ts'], [['/(search|bench|src/cli)/', 'training needs networks and images only']]),
  within(['search/**/*.ts'], [['/(src/cli|bench|training)/', 'search knows no command line']]),
  {
    files: ['src/**/*.ts', 'search/**/*.ts'],
    ignores: ['src/cli/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: `Literal[value=/${OPTION}/]`, message: NO_OPTIONS },
        { selector: `TemplateElement[value.raw=/${OPTION}/]`, message: NO_OPTIONS },
      ],
      'no-restricted-properties': [
        'error',
        ...['stdout', 'stderr', 'argv', 'exitCode'].map((property) => ({
          object: 'process',
          property,
          message: 'only src/cli talks to a terminal',
        })),
      ],
    },
  },
  // The rooms of search/, from what knows nothing of the others to what knows all of them.
  ...OUTER_FIRST.map((room) => within([`search/${room}/**/*.ts`], bordersOfRoom(room))),
  within(['search/evaluate/queue/*.ts'], bordersOfRoom('evaluate'), [], [PAGE]),
  within(['search/metrics.ts'], [['^\\./', 'metrics know no room']]),
  within(
    ['report-html/*.ts'],
    [
      [
        '/(src|search|client|bench|training)/|^node:',
        'what Node and the page share is pure and stands alone',
      ],
    ],
  ),
  within(
    ['report-html/client/*.ts'],
    [['/(src|search|bench|training)/|^node:', 'the page knows the data of a report, and a browser']],
  ),
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
  { files: ['examples/*.js'], rules: { 'no-console': 'off' } },
);
