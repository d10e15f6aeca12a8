// How TypeScript and templates are written here. Which folder may know which is in walls.js.
import { fileURLToPath } from 'node:url'
import vue from 'eslint-plugin-vue'
import a11y from 'eslint-plugin-vuejs-accessibility'
import { defineConfig } from 'eslint/config'
import typescript from 'typescript-eslint'
import { walls } from './walls.js'

const root = fileURLToPath(new URL('.', import.meta.url))

export default defineConfig([
  { ignores: ['**/dist/**', '**/node_modules/**', '**/vectors/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts', '**/*.vue'],
    extends: [
      typescript.configs.strictTypeChecked,
      typescript.configs.stylisticTypeChecked,
      vue.configs['flat/recommended-error'],
      a11y.configs['flat/recommended'],
    ],
    languageOptions: {
      parserOptions: {
        parser: typescript.parser,
        projectService: true,
        tsconfigRootDir: root,
        extraFileExtensions: ['.vue'],
      },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // A number in a sentence is as plain as a text.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Records and lists from JSON say what they hold; `type` and `interface` are both good words.
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'eqeqeq': 'error',
      'no-console': 'error',
      'complexity': ['error', 15],
      'max-lines': ['error', { max: 400 }],
      'vue/no-v-html': 'error',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/define-emits-declaration': 'error',
      'vue/define-props-declaration': 'error',
      'vue/no-unused-refs': 'error',
      'vue/no-ref-object-reactivity-loss': 'error',
      // One-word names are the design: Card, Field, Light.
      'vue/multi-word-component-names': 'off',
      // A prop that may be left out says so in its type.
      'vue/require-default-prop': 'off',
      // Layout of templates is left to the eye.
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/attributes-order': 'off',
      // A label may hold its control or name it; both are read out.
      'vuejs-accessibility/label-has-for': ['error', { required: { some: ['nesting', 'id'] } }],
    },
  },
  ...walls,
  {
    files: ['**/tests/**/*.ts'],
    rules: {
      // A test says what it knows of the vector it just read.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
])
