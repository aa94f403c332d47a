import tseslint from 'typescript-eslint';
import reactHooks from 'eslint-plugin-react-hooks';

const rules = {
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true, allowNullish: true }],
  '@typescript-eslint/require-await': 'off',
  '@typescript-eslint/unbound-method': 'off',
  'no-empty': ['error', { allowEmptyCatch: false }],
  // it also objects to assertions that narrow `any` from drivers and JSON
  '@typescript-eslint/no-unnecessary-type-assertion': 'off',
  eqeqeq: ['error', 'always', { null: 'ignore' }],
};

// one program for all sources: what they share is checked once
const languageOptions = { parserOptions: { project: './tsconfig.lint.json', tsconfigRootDir: import.meta.dirname } };

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.voxelmark*/**', '**/*.mjs', 'datasets/phantoms/models/**'] },
  {
    files: ['apps/{api,worker,cli}/**/*.ts', 'libs/**/*.ts', 'datasets/**/*.ts', 'test/**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions,
    rules,
  },
  {
    files: ['apps/web/**/*.{ts,tsx}'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions,
    plugins: { 'react-hooks': reactHooks },
    rules: { ...rules, ...reactHooks.configs.recommended.rules },
  },
  {
    // tests read answers and fixtures whose types only the assertion knows
    files: ['**/*.{spec,integration,e2e}.{ts,tsx}', '**/testing/**', '**/test-support/**', 'test/**'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
);
