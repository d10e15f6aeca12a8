// The one fetch: time limits, the access token in memory, entering again by cookie, and every answer told as a value. Sends nobody's ops.
import type { Scope } from '../sync/wire'
import type { ReceiptKey } from './shelf'
import { isTrouble, type Problem, type Trouble } from './trouble'

/** How long the server may take to begin its answer: what goes up may be slow. */
const FIRST_BYTE_MS = 90_000
/** How long an answer may stand still before it counts as lost. */
const STANDSTILL_MS = 30_000
/** From this size on a body is worth packing. */
const PACK_FROM_BYTES = 500

/** What the server tells somebody who enters. */
export interface Entry {
  readonly access: string
  readonly person: string
  readonly name: string
  readonly device: string
  readonly mark: string
  readonly next_seq: number
  readonly head_hash: string
  readonly epoch: string
  readonly now_ms: number
  readonly roles: readonly string[]
  readonly scope: readonly Scope[]
  readonly keys: readonly ReceiptKey[]
}

export interface Answer {
  readonly status: number
  readonly type: string
  readonly headers: Headers
  readonly body: Blob
}

export interface Request {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH'
  readonly path: string
  readonly body?: Blob
  readonly headers?: Readonly<Record<string, string>>
  /** Pack the body when that is worth it. */
  readonly pack?: boolean
}

/** Who the token must belong to: the cookie may be another person's who entered on this phone meanwhile. */
export interface Holder {
  readonly person: string
  readonly device: string
}

type Fetch = (path: string, init: RequestInit) => Promise<Response>

interface Token extends Holder {
  readonly access: string
}

/** One way to the server. Holds the access token, in memory only. */
export class Net {
  readonly #fetch: Fetch
  #token: Token | undefined
  readonly #renewing = new Map<string, Promise<Entry | Trouble>>()

  /** `fetcher` is the browser's own when not given: it asks the server that gave us the app. */
  constructor(fetcher: Fetch = (path, init) => fetch(path, init)) {
    this.#fetch = fetcher
  }

  /**
   * Asks as the holder and as nobody else, also while another person is about to enter. A token that has run out is renewed once by
   * the cookie; if that fails, the holder must enter again.
   */
  async ask(request: Request, holder: Holder): Promise<Answer | Trouble> {
    const token = this.#token
    if (token?.person === holder.person && token.device === holder.device) {
      const answer = await this.#send(request, token)
      if (!isTrouble(answer) || answer.problem?.status !== 401) return answer
    }
    const entry = await this.again(holder)
    if (isTrouble(entry)) return entry
    const answer = await this.#send(request, { ...holder, access: entry.access })
    if (isTrouble(answer) && answer.problem?.status === 401) return { ...answer, trouble: 'enter_again' }
    return answer
  }

  /** Opens a line on which the server tells as it goes. Whoever asked reads it, and ends it by the signal. */
  async open(path: string, holder: Holder, signal: AbortSignal): Promise<ReadableStream<Uint8Array> | Trouble> {
    const held = this.#token?.person === holder.person && this.#token.device === holder.device ? this.#token : await this.again(holder)
    if (isTrouble(held)) return held
    try {
      const response = await this.#fetch(path, await init({ method: 'GET', path }, { ...holder, access: held.access }, signal))
      if (response.ok && response.body !== null) return response.body
      // The next try enters again by the cookie.
      if (response.status === 401) this.#token = undefined
      return { trouble: 'server', detail: String(response.status) }
    } catch {
      return { trouble: 'offline' }
    }
  }

  /** Enters with a password. `device` and its mark are those this phone had before, if any. */
  async enter(account: string, password: string, device: string, mark: string): Promise<Entry | Trouble> {
    const known = device === '' ? {} : { device, mark }
    return this.#take(await this.#send(json('/enter', { account, password, ...known })))
  }

  /** A new access token by the cookie. Several who ask at once share one request; tabs take turns. */
  async again(holder: Holder): Promise<Entry | Trouble> {
    const { device } = holder
    const shared = this.#renewing.get(device) ?? this.#renew(device).finally(() => this.#renewing.delete(device))
    this.#renewing.set(device, shared)
    const entry = await shared
    if (isTrouble(entry)) return entry.problem?.status === 401 ? { ...entry, trouble: 'enter_again' } : entry
    if (entry.person === holder.person && entry.device === holder.device) return entry
    this.#token = undefined
    return { trouble: 'enter_again', detail: `the cookie is for ${entry.person} on ${entry.device}` }
  }

  /** Tells the server that this device's cookie shall count no more. Leaving works without an answer, too. */
  async leave(device: string): Promise<void> {
    if (this.#token?.device === device) this.#token = undefined
    await this.#send(json('/enter/leave', { device }))
  }

  async #renew(device: string): Promise<Entry | Trouble> {
    return this.#take(await inTurn('sulaiban-enter', () => this.#send(json('/enter/again', { device }))))
  }

  async #take(answer: Answer | Trouble): Promise<Entry | Trouble> {
    if (isTrouble(answer)) return answer
    const entry = readEntry(await answer.body.text())
    if (!isTrouble(entry)) this.#token = { access: entry.access, person: entry.person, device: entry.device }
    return entry
  }

  async #send(request: Request, token?: Token): Promise<Answer | Trouble> {
    const stop = new AbortController()
    let timer = setTimeout(() => stop.abort(), FIRST_BYTE_MS)
    const alive = (): void => {
      clearTimeout(timer)
      timer = setTimeout(() => stop.abort(), STANDSTILL_MS)
    }
    try {
      const response = await this.#fetch(request.path, await init(request, token, stop.signal))
      alive()
      const body = await wholeBody(response, alive)
      return await told(request, response, body)
    } catch (error) {
      if (stop.signal.aborted) return { trouble: 'slow' }
      return { trouble: 'offline', detail: error instanceof Error ? error.message : '' }
    } finally {
      clearTimeout(timer)
    }
  }
}

async function init(request: Request, token: Token | undefined, signal: AbortSignal): Promise<RequestInit> {
  const headers = new Headers(request.headers)
  if (token !== undefined) headers.set('Authorization', `Bearer ${token.access}`)
  const packed = request.body !== undefined && request.pack === true ? await pack(request.body) : undefined
  if (packed !== undefined) headers.set('Content-Encoding', 'gzip')
  const body = packed ?? request.body
  const where: RequestInit = { credentials: 'same-origin', cache: 'no-store', redirect: 'manual', signal }
  return { method: request.method, headers, ...where, ...(body === undefined ? {} : { body }) }
}

/** Runs while no other tab does, where the browser can say so; two at once would do no harm, only work. */
export async function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (typeof navigator === 'undefined' || !('locks' in navigator)) return work()
  // The lock is held over a request, never over a transaction of the store.
  return navigator.locks.request(name, work)
}

function json(path: string, value: unknown): Request {
  const headers = { 'Content-Type': 'application/json' }
  return { method: 'POST', path, body: new Blob([JSON.stringify(value)]), headers }
}

async function pack(body: Blob): Promise<Blob | undefined> {
  if (body.size < PACK_FROM_BYTES || typeof CompressionStream === 'undefined') return undefined
  return new Response(body.stream().pipeThrough(new CompressionStream('gzip'))).blob()
}

/** Everything of the body; `alive` is called at each piece, so that only standstill counts as lost, not slowness. */
async function wholeBody(response: Response, alive: () => void): Promise<Blob> {
  if (response.body === null) return new Blob([])
  const reader = response.body.getReader()
  const pieces: BlobPart[] = []
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return new Blob(pieces)
    alive()
    pieces.push(value)
  }
}

async function told(request: Request, response: Response, body: Blob): Promise<Answer | Trouble> {
  const { status, headers } = response
  const type = headers.get('Content-Type') ?? ''
  if ((status >= 200 && status < 300) || status === 304) return { status, type, headers, body }
  const problem = readProblem(status, await body.text()) ?? (request.method === 'HEAD' ? bareProblem(status, type) : undefined)
  const after = Number(response.headers.get('Retry-After') ?? '')
  const wait = after > 0 ? { wait_ms: after * 1000 } : {}
  if (status === 503 || status === 429) return { trouble: 'busy', ...wait, ...(problem ? { problem } : {}) }
  if (status >= 500) return { trouble: 'server', detail: String(status), ...(problem ? { problem } : {}) }
  if (problem === undefined) return { trouble: 'not_our_server', detail: String(status) }
  return { trouble: 'refused_by_server', problem }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** A problem+json of ours names its word; whatever else answers is not our server. */
function readProblem(status: number, body: string): Problem | undefined {
  const { why, title, title_en, do: todo, do_en } = parse(body)
  if (asText(why) === '') return undefined
  const names = { title: asText(title), title_en: asText(title_en) }
  return { status, why: asText(why), ...names, do: asText(todo), do_en: asText(do_en) }
}

/** An answer to HEAD has no body: its type alone says that it is ours, and its status what it means. */
function bareProblem(status: number, type: string): Problem | undefined {
  if (!type.startsWith('application/problem+json')) return undefined
  return { status, why: '', title: '', title_en: '', do: '', do_en: '' }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(text)
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function readEntry(body: string): Entry | Trouble {
  const read = parse(body)
  const { roles, scope, next_seq, now_ms, keys } = read
  const text = (name: keyof Entry): string => asText(read[name])
  const entry: Entry = {
    access: text('access'),
    person: text('person'),
    name: text('name'),
    device: text('device'),
    mark: text('mark'),
    next_seq: Number(next_seq ?? Number.NaN),
    head_hash: text('head_hash'),
    epoch: text('epoch'),
    now_ms: Number(now_ms ?? Number.NaN),
    roles: Array.isArray(roles) ? roles.filter((one): one is string => typeof one === 'string') : [],
    scope: Array.isArray(scope) ? scope.map(asScope) : [],
    keys: keysIn(keys),
  }
  const sound = [entry.access, entry.person, entry.device].every((one) => one !== '') && entry.next_seq >= 1 && entry.now_ms > 0
  return sound ? entry : { trouble: 'not_our_server', detail: 'no entry in the answer' }
}

/** The keys in what the server told; what is none is passed over. */
export function keysIn(told: unknown): ReceiptKey[] {
  const isKey = (one: Partial<ReceiptKey> | null): one is ReceiptKey => typeof one?.id === 'string' && typeof one.public === 'string'
  return Array.isArray(told) ? (told as (Partial<ReceiptKey> | null)[]).filter(isKey).map((one) => ({ id: one.id, public: one.public })) : []
}

function asScope(value: unknown): Scope {
  const read = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>
  const { grid, name, village, town, role, people, view, until_ms, covers } = read
  const names = typeof people === 'object' && people !== null ? Object.entries(people) : []
  return {
    ...{ grid: asText(grid), name: asText(name), village: asText(village), town: asText(town), role: asText(role) },
    ...{ view: asText(view), until_ms: Number(until_ms ?? 0), covers: asText(covers) },
    people: Object.fromEntries(names.map(([person, called]) => [person, asText(called)])),
  }
}
