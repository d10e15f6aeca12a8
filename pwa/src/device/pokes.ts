// Hears from the server that a grid's log has grown, while somebody looks at this page. It is no more than a nudge: what is new comes by asking.
import type { Holder, Net } from './net'
import { retryAfter } from './retry'
import { isTrouble } from './trouble'

/** The server gives a sign of life each 20 s; a line that is silent for longer is dead. */
const SILENCE_MS = 50_000

/** A grid's log has grown to this place; place 0: any may have, and nobody knows how far. */
export interface Poke {
  readonly grid: string
  readonly place: number
}

type Line = Pick<Net, 'open'>

/** Anything may have grown: told at each opening, since nothing is repeated. */
const ANYTHING: Poke = { grid: '', place: 0 }

/** What is asked of the browser around: whether somebody looks and there is a net, and to be told when that changes. */
export interface Window {
  readonly isOpen: () => boolean
  readonly watch: (changed: () => void) => () => void
}

/**
 * Listens for as long as somebody looks and there is a net; one page of a store at a time, since a browser opens few lines to one
 * server. Answers how to stop.
 */
export function hearPokes(name: string, net: Line, holder: Holder, hear: (poke: Poke) => void, around = browserWindow()): () => void {
  let line: AbortController | undefined
  const look = (): void => {
    if (!around.isOpen()) line?.abort()
    if (!around.isOpen() || (line !== undefined && !line.signal.aborted)) return
    const mine = new AbortController()
    line = mine
    void inTurn(name, mine.signal, () => keepListening(net, holder, hear, mine.signal))
  }
  const forget = around.watch(look)
  look()
  return () => {
    forget()
    line?.abort()
  }
}

/** Waits for its turn among the tabs; a turn that is called off before it came is no failure. */
async function inTurn(name: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  if (typeof navigator === 'undefined' || !('locks' in navigator)) return work()
  await navigator.locks.request(`sulaiban-pokes-${name}`, { signal }, work).catch(() => undefined)
}

/** One line after the other, with pauses that grow while none holds. */
async function keepListening(net: Line, holder: Holder, hear: (poke: Poke) => void, signal: AbortSignal): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    const silence = new AbortController()
    const end = (): void => silence.abort()
    signal.addEventListener('abort', end)
    const opened = await net.open('/pokes', holder, silence.signal)
    if (isTrouble(opened) && opened.trouble === 'enter_again') return
    if (!isTrouble(opened)) {
      await readAll(opened, silence, (poke) => {
        failures = 0
        hear(poke)
      })
    }
    signal.removeEventListener('abort', end)
    failures += 1
    await pause(retryAfter(failures), signal)
  }
}

/** Everything on one line, until it ends or has been silent for too long. */
async function readAll(body: ReadableStream<Uint8Array>, silence: AbortController, hear: (poke: Poke) => void): Promise<void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  let isNew = true
  let timer = setTimeout(() => silence.abort(), SILENCE_MS)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(), SILENCE_MS)
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      if (isNew && lines.length > 0) hear(ANYTHING)
      if (lines.length > 0) isNew = false
      for (const poke of lines.map(pokeIn)) if (poke !== undefined) hear(poke)
    }
  } catch {
    // The line broke, or was given up: there is always a next one.
  } finally {
    clearTimeout(timer)
  }
}

/** The poke of a line; undefined for a sign of life, and for what is none of ours. */
export function pokeIn(line: string): Poke | undefined {
  if (!line.startsWith('data:')) return undefined
  try {
    const { grid, place } = JSON.parse(line.slice(5)) as Partial<Poke>
    return typeof grid === 'string' && typeof place === 'number' ? { grid, place } : undefined
  } catch {
    return undefined
  }
}

async function pause(wait_ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((done) => {
    const timer = setTimeout(done, wait_ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      done()
    }, { once: true })
  })
}

function browserWindow(): Window {
  if (typeof window === 'undefined') return { isOpen: () => false, watch: () => () => undefined }
  return {
    isOpen: () => !document.hidden && navigator.onLine,
    watch: (changed) => {
      window.addEventListener('online', changed)
      window.addEventListener('offline', changed)
      document.addEventListener('visibilitychange', changed)
      return () => {
        window.removeEventListener('online', changed)
        window.removeEventListener('offline', changed)
        document.removeEventListener('visibilitychange', changed)
      }
    },
  }
}
