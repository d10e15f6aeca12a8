// Where the TypeScript tests are and how they run; the app itself is built by vite.config.ts.
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  cacheDir: fileURLToPath(new URL('node_modules/.vite', import.meta.url)),
  plugins: [vue()],
  define: { __VERSION__: JSON.stringify('test') },
  test: {
    include: ['tests/pwa/**/*.test.ts', 'tests/sync/**/*.test.ts'],
    environment: 'node',
    // A test that prints is a test that hides something.
    onConsoleLog: (log) => {
      throw new Error(`a test printed: ${log}`)
    },
  },
})
