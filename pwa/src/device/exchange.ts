// One exchange with the server: what is asked, how the answer is checked, and the one write that applies it. When to ask is told elsewhere.
import { skew, witness } from '../sync/clock'
import type { Change } from '../sync/op'
import { isUnreadable, readReply, WIRE_VERSION, write, type Ask, type Changes, type Reply } from '../sync/wire'
import { Batch } from './batch'
import type { Brought } from './firstly'
import { letGoOffers, offering, settleOffers, turn, type Offering } from './mend'
import type { Net } from './net'
import { hearOfParked, holdsAnyFor, settle, sweep } from './outbox'
import { opOf, unsent } from './own'
import { distrustReceipts, keepReceipts } from './receipts'
import { each, meta, setMeta, type LogRow, type OutboxRow, type Session, type Shelf, type StoreName, type Writing } from './shelf'
import { isTrouble, type Trouble } from './trouble'

/** Largest sum of op texts in one Ask; the server takes 1 MiB for the whole. */
const MOST_BYTES = 900_000

/** What came in of one grid: the place reached, and the changes that this version can read. */
export interface Taken {
  readonly place: number
  readonly changes: readonly Change[]
}

/** What was taken out of a log, and the subjects that look different for it. */
export interface Rewound {
  readonly rows: readonly LogRow[]
  readonly subjects: readonly string[]
}

/** How the logs of grids are kept. A desk keeps none: it asks the server for what it shows. */
export interface GridLog {
  /** Makes ready what another version of the app left. Asked once, when a store is opened. */
  open(shelf: Shelf): Promise<Trouble | undefined>
  /** Whether changes may go in now; while another version's shapes are there, they may not. */
  isReady(tx: Writing): Promise<boolean>
  take(tx: Writing, grid: string, place: number, changes: Changes): Promise<Taken>
  /** Goes back to a place that the server's new life still has. */
  rewind(tx: Writing, grid: string, place: number): Promise<Rewound>
  /** Lets go of a grid; answers the subjects that are gone. */
  forget(tx: Writing, grid: string): Promise<readonly string[]>
  /** Fetches what lacks here, one part at a time; undefined when nothing does. */
  fetch(shelf: Shelf, net: Net): Promise<Brought | Trouble | undefined>
  /** Lets go of what has had its time, now and then; answers what left, undefined when it was not due. */
  tidy(shelf: Shelf, now_ms: number): Promise<Brought | Trouble | undefined>
}

/** The logs of this store are kept elsewhere: nothing of them is asked for, and nothing that rests on them is touched. */
export const ELSEWHERE = 'elsewhere'

type Logs = GridLog | typeof ELSEWHERE | undefined

/** What one answer changed on this phone. */
export interface Applied {
  /** Subjects that look different now. */
  readonly subjects: readonly string[]
  /** The version of the county's book that the server has. */
  readonly book: string
  /** Whether another exchange would bring or send more. */
  readonly more: boolean
}

interface Limits {
  readonly ops: number
  readonly bytes: number
}

interface Question {
  readonly session: Session
  readonly ask: Ask
  readonly rows: readonly OutboxRow[]
  readonly offered: Offering | undefined
  /** Whether own ops are left that did not fit. */
  readonly left: boolean
}

/** Sends what waits and takes what is new, until neither is left or something stands in the way. `batch` knows how much went at once before. */
export async function exchange(
  shelf: Shelf,
  net: Net,
  log: Logs,
  now: () => number,
  tell: (applied: Applied) => void,
  batch = new Batch(),
): Promise<Trouble | Applied> {
  for (;;) {
    const question = await prepare(shelf, typeof log === 'object', { ops: batch.ops, bytes: MOST_BYTES }, now())
    if (isTrouble(question)) return question
    const asked_ms = now()
    const answer = await net.ask(request(question.ask), question.session)
    if (isTrouble(answer)) {
      if (batch.failed(answer, size(question))) continue
      return answer
    }
    batch.went()
    const reply = readReply(await answer.body.text())
    if (isUnreadable(reply)) return { trouble: 'not_our_server', detail: reply.why }
    const forged = await distrustReceipts(shelf, net, question.session, reply)
    if (forged !== undefined) return forged
    const applied = await apply(shelf, log, question, reply, { asked_ms, heard_ms: now() })
    if (isTrouble(applied)) return applied
    tell(applied)
    if (!applied.more) return applied
  }
}

function size({ rows, offered }: Question): number {
  return rows.length + (offered?.offers.length ?? 0)
}

function request(ask: Ask): Parameters<Net['ask']>[0] {
  const headers = { 'Content-Type': 'application/json' }
  return { method: 'POST', path: '/exchange', body: new Blob([write(ask)]), headers, pack: true }
}

/** What to ask: own ops in their order, as many as fit, and the places of every grid that may be read. */
async function prepare(shelf: Shelf, reads: boolean, limits: Limits, clock_ms: number): Promise<Question | Trouble> {
  return shelf.read(['meta', 'outbox', 'offers'], async (tx) => {
    const session = await meta(tx, 'session')
    if (session === undefined) return { trouble: 'not_entered' } satisfies Trouble
    const scope = (await meta(tx, 'scope')) ?? []
    const known = (await meta(tx, 'places')) ?? {}
    const waiting = (await unsent(tx)).filter((row) => row.device === session.device)
    const offered = await offering(tx, limits)
    const rows = offered?.isAlone === true ? [] : fitting(waiting, limits)
    const [first] = rows
    const resume = first !== undefined && (await meta(tx, 'mended')) === true ? { seq: first.seq, prev: opOf(first).prev } : undefined
    const ask: Ask = {
      v: WIRE_VERSION,
      device: session.device,
      epoch: (await meta(tx, 'epoch')) ?? '',
      clock_ms,
      // A grid that is not wholly here comes as a snapshot first.
      places: reads && offered?.isAlone !== true ? Object.fromEntries(scope.flatMap(({ grid }) => (known[grid] === undefined ? [] : [[grid, known[grid]]]))) : {},
      heard: (await meta(tx, 'heard')) ?? '',
      ops: rows.map((row) => row.text),
      ...(offered === undefined ? {} : { offers: offered.offers }),
      ...(resume === undefined ? {} : { resume }),
    }
    return { session, ask, rows, offered, left: rows.length < waiting.length }
  })
}

/** The first rows that fit; always at least one, or nothing would ever go. */
function fitting(rows: readonly OutboxRow[], limits: Limits): OutboxRow[] {
  const taken: OutboxRow[] = []
  let bytes = 0
  for (const row of rows.slice(0, limits.ops)) {
    // Inside the Ask the text is a JSON string: its quotes are escaped once more.
    bytes += new TextEncoder().encode(JSON.stringify(row.text)).length
    if (taken.length > 0 && bytes > limits.bytes) break
    taken.push(row)
  }
  return taken
}

const APPLY: StoreName[] = ['meta', 'outbox', 'fates', 'log', 'shapes', 'receipts', 'offers', 'links', 'drafts', 'photos', 'pictures']

interface Moments {
  readonly asked_ms: number
  readonly heard_ms: number
}

/** Everything of one answer in one write, or nothing of it. */
async function apply(
  shelf: Shelf,
  logs: Logs,
  question: Question,
  reply: Reply,
  moments: Moments,
): Promise<Applied | Trouble> {
  return shelf.write(APPLY, async (tx) => {
    const { session } = question
    const trouble = await distrust(tx, question, reply)
    if (trouble !== undefined) return trouble
    const log = logs === ELSEWHERE ? undefined : logs
    if (await isAnotherLife(tx, reply)) {
      if (!(await mayTurn(tx, logs))) return { trouble: 'other_epoch' } satisfies Trouble
      return { subjects: await turn(tx, log, session, reply), book: reply.book, more: true }
    }
    if (question.offered !== undefined) await settleOffers(tx, question.offered, reply.later)
    const settled = await settle(tx, session.device, reply.receipts, moments.heard_ms)
    await hearOfParked(tx, session.device, reply.settled, moments.heard_ms)
    await keepReceipts(tx, session.device, reply, settled, moments.heard_ms)
    const came = log === undefined ? NOTHING : await takeAll(tx, log, reply)
    const kept = log === undefined ? NONE_KEPT : await keepPlaces(tx, log, reply, came.places)
    if (logs !== ELSEWHERE) {
      await sweep(tx, kept.places, log === undefined ? [] : reply.scope.map(({ grid }) => grid))
      await note(tx, reply, moments, came.changes)
    }
    const seen = [...settled.map((row) => row.subject), ...came.changes.map((change) => change.op.subject)]
    const subjects = new Set([...seen, ...came.gone, ...kept.gone])
    const more = (question.left && settled.length > 0) || came.isMore || question.offered?.isAlone === true
    return { subjects: [...subjects], book: reply.book, more }
  })
}

/** Why nothing of this answer may be applied; undefined when it may. */
async function distrust(tx: Writing, question: Question, reply: Reply): Promise<Trouble | undefined> {
  if (reply.v > WIRE_VERSION) return { trouble: 'update_needed', detail: `wire ${reply.v}` }
  const epoch = (await meta(tx, 'epoch')) ?? ''
  // An answer to a question of an earlier life, come late: whatever it acknowledges may be lost by now.
  if (question.ask.epoch !== epoch) return { trouble: 'other_epoch', detail: `${question.ask.epoch}, then ${epoch}` }
  const first = question.rows[0]
  if (first !== undefined && epoch === reply.epoch && reply.next_seq < first.seq) {
    return { trouble: 'gap', detail: `the server expects ${reply.next_seq}, the first op here is ${first.seq}` }
  }
  const now = await meta(tx, 'session')
  return now?.device === question.session.device ? undefined : { trouble: 'not_entered' }
}

/** Whether the server was restored since this phone last heard it. */
async function isAnotherLife(tx: Writing, reply: Reply): Promise<boolean> {
  const epoch = (await meta(tx, 'epoch')) ?? ''
  return epoch !== '' && epoch !== reply.epoch
}

async function mayTurn(tx: Writing, logs: Logs): Promise<boolean> {
  return logs !== ELSEWHERE && (logs === undefined || (await logs.isReady(tx)))
}

interface Came {
  readonly places: Readonly<Record<string, number>>
  readonly changes: readonly Change[]
  /** Subjects that are not here any more. */
  readonly gone: readonly string[]
  readonly isMore: boolean
}

const NOTHING: Came = { places: {}, changes: [], gone: [], isMore: false }

async function takeAll(tx: Writing, log: GridLog, reply: Reply): Promise<Came> {
  const before = (await meta(tx, 'places')) ?? {}
  if (!(await log.isReady(tx))) return { ...NOTHING, places: before }
  const readable = new Set(reply.scope.map(({ grid }) => grid))
  const anew = await seenOtherwise(tx, reply, before)
  const places: Record<string, number> = { ...before }
  const changes: Change[] = []
  const gone: string[] = []
  for (const grid of anew) {
    gone.push(...(await log.forget(tx, grid)))
    places[grid] = 0
  }
  let isFurther = anew.size > 0
  let isBehind = anew.size > 0
  for (const [grid, sent] of Object.entries(reply.changes)) {
    if (!readable.has(grid) || anew.has(grid)) continue
    const from = before[grid] ?? 0
    const taken = await log.take(tx, grid, from, sent)
    places[grid] = taken.place
    changes.push(...taken.changes)
    isFurther ||= taken.place > from
    isBehind ||= taken.place < sent.head
  }
  return { places, changes, gone, isMore: isFurther && isBehind }
}

/** The grids whose log this person now sees otherwise than it was fetched: they are forgotten and fetched from the beginning. */
async function seenOtherwise(tx: Writing, reply: Reply, places: Readonly<Record<string, number>>): Promise<Set<string>> {
  const views = (await meta(tx, 'views')) ?? {}
  const otherwise = reply.scope.filter(({ grid, view }) => (places[grid] ?? 0) > 0 && (views[grid] ?? '') !== view)
  await setMeta(tx, 'views', Object.fromEntries(reply.scope.map(({ grid, view }) => [grid, view])))
  return new Set(otherwise.map(({ grid }) => grid))
}

interface Kept {
  readonly places: Readonly<Record<string, number>>
  readonly gone: readonly string[]
}

const NONE_KEPT: Kept = { places: {}, gone: [] }

/** Writes the places, and lets go of grids that may be read no more, unless something of theirs is still unsent. */
async function keepPlaces(
  tx: Writing,
  log: GridLog,
  reply: Reply,
  places: Readonly<Record<string, number>>,
): Promise<Kept> {
  const readable = new Set(reply.scope.map(({ grid }) => grid))
  const kept: Record<string, number> = {}
  const gone: string[] = []
  const fetching = (await meta(tx, 'fetching')) ?? {}
  for (const grid of new Set([...Object.keys(places), ...Object.keys(fetching)])) {
    const place = places[grid]
    if (readable.has(grid) || (await holdsAnyFor(tx, grid))) {
      if (place !== undefined) kept[grid] = place
    } else {
      const subjects = await log.forget(tx, grid)
      await letGo(tx, grid, subjects)
      gone.push(...subjects)
    }
  }
  await setMeta(tx, 'places', kept)
  await setMeta(tx, 'fetching', Object.fromEntries(Object.entries(fetching).filter(([grid]) => readable.has(grid))))
  return { places: kept, gone }
}

/** Nothing of a grid that may be read no more stays: its links, what was begun about its records, its photos that the server has. */
async function letGo(tx: Writing, grid: string, subjects: readonly string[]): Promise<void> {
  await each(subjects, (subject) => tx.objectStore('links').delete(subject))
  await letGoOffers(tx, (offer) => offer.grid === grid)
  const drafts = await tx.objectStore('drafts').getAllKeys()
  const about = drafts.filter((key) => subjects.some((subject) => key.includes(subject)))
  await each(about, (key) => tx.objectStore('drafts').delete(key))
  const photos = await tx.objectStore('photos').getAll()
  for (const { hash } of photos.filter((photo) => photo.grid === grid && photo.state === 'sent')) {
    await tx.objectStore('photos').delete(hash)
    await tx.objectStore('pictures').delete(hash)
  }
}

/** What the phone notes of every good answer: scope, epoch, contact, the newest receipt, and a clock that follows what it saw. */
async function note(tx: Writing, reply: Reply, moments: Moments, changes: readonly Change[]): Promise<void> {
  const { asked_ms, heard_ms } = moments
  const middle_ms = asked_ms + Math.floor((heard_ms - asked_ms) / 2)
  await setMeta(tx, 'scope', reply.scope)
  await setMeta(tx, 'epoch', reply.epoch)
  await setMeta(tx, 'contact', { at_ms: heard_ms, skew_ms: skew(middle_ms, reply.now_ms) })
  const newest = reply.receipts[reply.receipts.length - 1]
  if (newest !== undefined) await setMeta(tx, 'heard', newest.hash)
  const chain = await meta(tx, 'chain')
  if (chain === undefined) return
  const stamp = changes.reduce((last, change) => witness(last, change.op.stamp, heard_ms), chain.stamp)
  if (stamp !== chain.stamp) await setMeta(tx, 'chain', { ...chain, stamp })
}
