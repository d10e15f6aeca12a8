// Starts twin.ts under Node: the app's own bundler reads the TypeScript and the tables, nothing is written to disk.
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { module } = await runnerImport(fileURLToPath(new URL('twin.ts', import.meta.url)), {
  root,
  configFile: false,
  logLevel: 'error',
})
await module.serve(process.stdin, process.stdout)
