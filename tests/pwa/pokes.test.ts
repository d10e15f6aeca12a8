// What a page promises of nudges: one line while somebody looks, none while nobody does, and a new one after each that ended.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { hearPokes, pokeIn, type Poke } from '../../pwa/src/device/pokes'
import type { Trouble } from '../../pwa/src/device/trouble'

const HOLDER = { person: 'p1', device: 'd1' }

/** A server's side of the lines that a page opens. */
class Lines {
  readonly open: { say: (text: string) => void; end: () => void }[] = []
  ended = 0
  trouble: Trouble | undefined

  readonly net = {
    open: (_path: string, _holder: unknown, signal: AbortSignal): Promise<ReadableStream<Uint8Array> | Trouble> => {
      if (this.trouble !== undefined) return Promise.resolve(this.trouble)
      let said: ReadableStreamDefaultController<Uint8Array> | undefined
      const body = new ReadableStream<Uint8Array>({ start: (one) => void (said = one) })
      signal.addEventListener('abort', () => {
        this.ended += 1
        said?.error(new DOMException('', 'AbortError'))
      })
      this.open.push({ say: (text) => said?.enqueue(new TextEncoder().encode(text)), end: () => said?.close() })
      return Promise.resolve(body)
    },
  }
}

/** A page that somebody looks at, or not. */
class Around {
  open = true
  #changed: () => void = () => undefined
  readonly window = {
    isOpen: (): boolean => this.open,
    watch: (changed: () => void): (() => void) => {
      this.#changed = changed
      return () => undefined
    },
  }

  turn(open: boolean): void {
    this.open = open
    this.#changed()
  }
}

let lines: Lines
let around: Around
let heard: Poke[]
let stop: () => void

beforeEach(() => {
  vi.useFakeTimers()
  lines = new Lines()
  around = new Around()
  heard = []
  stop = () => undefined
})

afterEach(() => {
  stop()
  vi.useRealTimers()
})

async function listen(): Promise<void> {
  stop = hearPokes('shelf', lines.net, HOLDER, (poke) => heard.push(poke), around.window)
  await vi.advanceTimersByTimeAsync(0)
}

async function say(text: string): Promise<void> {
  lines.open.at(-1)?.say(text)
  await vi.advanceTimersByTimeAsync(0)
}

describe('a page that somebody looks at', () => {
  test('hears at the opening that anything may be new, then what has grown, also when a line comes in pieces', async () => {
    await listen()
    await say(':\n\n')
    await say('data: {"grid":"g1",')
    await say('"place":7}\n\n:\n\n')
    expect(heard).toEqual([{ grid: '', place: 0 }, { grid: 'g1', place: 7 }])
  })

  test('opens one line and no second, and none while it is hidden', async () => {
    around.open = false
    await listen()
    expect(lines.open).toHaveLength(0)
    around.turn(true)
    around.turn(true)
    await vi.advanceTimersByTimeAsync(0)
    expect([lines.open.length, lines.ended]).toEqual([1, 0])
    around.turn(false)
    await vi.advanceTimersByTimeAsync(600_000)
    expect([lines.open.length, lines.ended]).toEqual([1, 1])
    around.turn(true)
    await vi.advanceTimersByTimeAsync(0)
    expect(lines.open).toHaveLength(2)
  })

  test('opens a new line soon after one that ended, and later and later while none opens', async () => {
    await listen()
    await say(':\n\n')
    lines.open[0]?.end()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(lines.open).toHaveLength(2)
    lines.trouble = { trouble: 'offline' }
    lines.open[1]?.end()
    let tries = 0
    const { open } = lines.net
    lines.net.open = (...all) => ((tries += 1), open(...all))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(tries).toBeGreaterThan(2)
    expect(tries).toBeLessThan(12)
  })

  test('gives up a line without a sign of life', async () => {
    await listen()
    await say(':\n\n')
    await vi.advanceTimersByTimeAsync(45_000)
    await say(':\n\n')
    await vi.advanceTimersByTimeAsync(45_000)
    expect(lines.open).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(lines.open).toHaveLength(2)
  })

  test('rests for good once the server asks for the password', async () => {
    lines.trouble = { trouble: 'enter_again' }
    await listen()
    lines.trouble = undefined
    await vi.advanceTimersByTimeAsync(600_000)
    expect(lines.open).toHaveLength(0)
  })
})

test.each(['', ':', 'event: x', 'data: ', 'data: 7', 'data: null', 'data: {"grid":1,"place":2}'])('%j is no poke', (line) => {
  expect(pokeIn(line)).toBeUndefined()
})
