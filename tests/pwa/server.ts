// The real server on a free port with a store of its own, and a line to it that can be cut, slowed and bent. No tests here.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const PASSWORD = 'sulaiban2026'
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PATIENCE_MS = 60_000

export interface Running {
  readonly base: string
  /** Where its store lies. */
  readonly folder: string
  stop(how?: 'keep'): Promise<void>
}

/** One command of the server's, over the store in this folder. */
export async function command(folder: string, ...words: string[]): Promise<void> {
  const run = spawn(join(ROOT, '.venv/bin/python'), ['-m', 'server.cli', ...words], { cwd: ROOT, env: { ...process.env, SULAIBAN_DATA: folder }, stdio: 'ignore' })
  const code = await new Promise((resolve) => run.once('exit', resolve))
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${String(code)}`)
}

/** Starts the server with the demo county, and waits until it serves. */
export async function startServer(where?: { readonly folder: string; readonly port: number }): Promise<Running> {
  const folder = where?.folder ?? (await mkdtemp(join(tmpdir(), 'sulaiban-')))
  const port = where?.port ?? (await freePort())
  const env = { ...process.env, SULAIBAN_DATA: folder, SULAIBAN_DEMO: 'bare', PORT: String(port) }
  const server = spawn(join(ROOT, '.venv/bin/python'), ['-m', 'server.cli', 'run'], { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  server.stderr.on('data', (piece: Buffer) => (said += piece.toString()))
  const over = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const base = `http://127.0.0.1:${port}`
  const until = Date.now() + PATIENCE_MS
  for (;;) {
    if (await isHealthy(base)) break
    if (Date.now() > until || server.exitCode !== null) throw new Error(`the server did not start: ${said}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return {
    base,
    folder,
    async stop(how) {
      server.kill('SIGTERM')
      await over
      if (how !== 'keep') await rm(folder, { recursive: true, force: true })
    },
  }
}

async function isHealthy(base: string): Promise<boolean> {
  try {
    return (await fetch(`${base}/health`)).ok
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}

/** What may happen to one request: it is changed, answered by somebody else, or its answer is changed or lost. */
export type Bend = (send: () => Promise<Response>, path: string, init: RequestInit) => Promise<Response>

/** One browser's line to the server: its cookies, what went over it, and what happens to it. */
export class Line {
  readonly #base: string
  readonly #cookies = new Map<string, string>()
  /** Every request as it left, newest last. */
  readonly sent: { readonly path: string; readonly init: RequestInit }[] = []
  isUp = true
  bend: Bend | undefined

  constructor(base: string) {
    this.#base = base
  }

  readonly fetch = async (path: string, init: RequestInit): Promise<Response> => {
    this.sent.push({ path, init })
    if (!this.isUp) throw new TypeError('no network')
    const send = (): Promise<Response> => this.#send(path, init)
    return this.bend === undefined ? send() : this.bend(send, path, init)
  }

  /** The same as a page's own `fetch`, over the real one. */
  fetchOver(real: typeof fetch): typeof fetch {
    return (input, init) => {
      const path = input instanceof Request ? input.url : input.toString()
      return path.startsWith('/') ? this.fetch(path, init ?? {}) : real(input, init)
    }
  }

  /** The cookies are gone, as when somebody cleared them. */
  loseCookies(): void {
    this.#cookies.clear()
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers)
    headers.set('Cookie', [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await fetch(this.#base + path, { ...init, headers })
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      this.#cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
    return response
  }
}

/** The same answer with its JSON changed. */
export async function bentJson(response: Response, change: (read: Record<string, unknown>) => unknown): Promise<Response> {
  const read = (await response.json()) as Record<string, unknown>
  const { status } = response
  return new Response(JSON.stringify(change(read)), { status, headers: { 'Content-Type': 'application/json' } })
}
