// The messages of the exchange and how they are read: sizes, versions, each op by itself. Asks nobody's rights.
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { isList, isMap, MAX_OP_BYTES, opHash, type Json, type JsonMap, type Op } from './op'

export const WIRE_VERSION = 1
/** Largest body of one exchange, after decompression. */
export const MAX_ASK_BYTES = 1024 * 1024
/** Most ops in one Ask. */
export const MAX_OPS = 500
/** Deepest nesting of lists and maps in an op's text. */
export const MAX_DEPTH = 32

/**
 * What a device holds of an earlier life of the server, offered back:
 * `[device, seq, fate, grid, place, placed_ms, credited_ms, role, why, text, mark]`.
 */
export type Offer = readonly [string, number, string, string, number, number, number, string, string, string, string]

/** After a restore: from which number on the device goes on, and the hash its chain had before. */
export interface Resume {
  readonly seq: number
  readonly prev: string
}

/** What a device brings: its clock, its places, and ops as the texts it once wrote. */
export interface Ask {
  readonly v: number
  readonly device: string
  /** The server's epoch this device last heard; "" on its first ask. */
  readonly epoch: string
  /** What the device's clock shows while it asks. */
  readonly clock_ms: number
  /** Per grid the place up to which this device holds the log; a grid that is not named is not sent. */
  readonly places: Readonly<Record<string, number>>
  /** Hash of the newest receipt this device holds; "" for none. */
  readonly heard: string
  readonly ops: readonly string[]
  /** After a restore: what this device holds, in the order of the places. */
  readonly offers?: readonly Offer[]
  readonly resume?: Resume
}

/** The fate of one op, told once it is durable. The device may delete an op only when it holds this. */
export interface Receipt {
  readonly seq: number
  readonly hash: string
  /** `placed` (whether in force or kept as a note, the log tells), `refused` or `unreadable`. */
  readonly fate: string
  readonly grid: string
  readonly place: number
  readonly placed_ms: number
  readonly why: string
  readonly about: string
  readonly credited_ms: number
  /** Of a placed op: the role in which it counts. */
  readonly role: string
  /** By which the server knows its own word again. */
  readonly mark: string
}

/** A change on the wire: `[place, placed_ms, credited_ms, role, text, mark, back]`; the text as its author wrote it. */
export interface Placed {
  readonly place: number
  readonly placed_ms: number
  readonly credited_ms: number
  readonly role: string
  readonly text: string
  /** By which the server knows its own word again. */
  readonly mark: string
}

/** What a grid's log holds after the asked place, without gaps. */
export interface Changes {
  readonly ops: readonly Placed[]
  /** The last place of the log now; `head` minus the last place sent is what is still to come. */
  readonly head: number
}

/** A grid that this device may read now, with its names. */
export interface Scope {
  readonly grid: string
  readonly name: string
  readonly village: string
  readonly town: string
  readonly role: string
  /** Names by person id of those who stand in this grid: whose acts and notes its log tells of. */
  readonly people: Readonly<Record<string, string>>
  /** Under which rights its log is shown; when it is another than before, the log is forgotten and asked for from 0. */
  readonly view: string
  /** First moment at which it may be read no more; 0 while no end is set. */
  readonly until_ms: number
  /** The name of the person who is covered there until then (AB角); "" in one's own grid. */
  readonly covers: string
}

/** What the server answers, once everything in it is durable. */
export interface Reply {
  readonly v: number
  readonly epoch: string
  readonly now_ms: number
  /** The sequence number the server expects from this device next; ops beyond a gap were not taken. */
  readonly next_seq: number
  readonly receipts: readonly Receipt[]
  readonly scope: readonly Scope[]
  readonly changes: Readonly<Record<string, Changes>>
  /** The version of the county's book; another one than the phone's means: fetch it. */
  readonly book: string
  /** Which of the server's keys signed; "" when there are no receipts. */
  readonly key: string
  /** Over the root of the receipts, see receipt.ts; base64url without padding. */
  readonly signature: string
  /** To an Ask of an earlier life: per grid the place up to which the log is still the one it was then. */
  readonly kept: Readonly<Record<string, number>>
  /** Device and number of offers that cannot be placed yet. */
  readonly later: readonly (readonly [string, number])[]
  /** What became of this device's parked ops since: told again at every Ask. */
  readonly settled: readonly Receipt[]
}

/** Why a text is no op. */
export interface Unreadable {
  readonly why: string
}

/** Whether what was read is nothing but the word why it could not be. */
export function isUnreadable(read: Op | Reply | Unreadable): read is Unreadable {
  return 'why' in read
}

const LONE_SURROGATE = /[\uD800-\uDFFF]/u
const MAYBE_BROKEN_NUMBER = /[:,[]\s*-?[0-9]+[.eE]/
const BROKEN_NUMBER = /[0-9][.eE]/
const STRINGS = /"(?:[^"\\]|\\[^])*"/g
const OPENERS = /[[{]/g

/** The op in a text, read by itself: a bad one never holds up its neighbours. */
export function readOp(text: string): Op | Unreadable {
  if (LONE_SURROGATE.test(text)) return { why: 'not_unicode' }
  if (isTooLarge(text)) return { why: 'op_too_large' }
  if (!isBare(text)) return { why: 'not_an_op' }
  const read = parse(text)
  const op = isMap(read) && isWellFormed(text, read) ? asOp(read) : null
  return op !== null && isSound(op) ? op : { why: 'not_an_op' }
}

/** Bytes are counted only where they matter: a unit of UTF-16 becomes at most three of them. */
function isTooLarge(text: string): boolean {
  return text.length * 3 > MAX_OP_BYTES && utf8ToBytes(text).length > MAX_OP_BYTES
}

/** Whether the text's numbers are whole ones as written and nothing nests deeper than MAX_DEPTH. */
function isBare(text: string): boolean {
  const suspect = MAYBE_BROKEN_NUMBER.test(text) || (text.match(OPENERS)?.length ?? 0) > MAX_DEPTH
  if (!suspect) return true
  const bare = text.replace(STRINGS, '')
  return !BROKEN_NUMBER.test(bare) && deepest(bare) <= MAX_DEPTH
}

function deepest(bare: string): number {
  let depth = 0
  let most = 0
  for (const mark of bare) {
    if (mark === '[' || mark === '{') most = Math.max(most, ++depth)
    else if (mark === ']' || mark === '}') depth--
  }
  return most
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/** Whether every text in it is Unicode; an escape such as `\ud800` can smuggle in what is not. */
function isWellFormed(text: string, value: Json): boolean {
  return !/\\u[dD][89a-fA-F]/.test(text) || isAllUnicode(value)
}

function isAllUnicode(value: Json): boolean {
  if (typeof value === 'string') return !LONE_SURROGATE.test(value)
  if (isList(value)) return value.every(isAllUnicode)
  return !isMap(value) || Object.entries(value).every(([name, one]) => isAllUnicode(name) && isAllUnicode(one))
}

function asOp(read: JsonMap): Op | null {
  const { device, seq, prev, stamp, actor, grid, subject, name, fields, seen = {}, v = 1 } = read
  if (typeof seq !== 'number' || typeof v !== 'number' || !isMap(fields) || !isSeen(seen)) return null
  if (typeof device !== 'string' || typeof prev !== 'string' || typeof stamp !== 'string') return null
  if (typeof actor !== 'string' || typeof grid !== 'string' || typeof subject !== 'string') return null
  return typeof name === 'string' ? { device, seq, prev, stamp, actor, grid, subject, name, fields, seen, v } : null
}

function isSeen(seen: Json | undefined): seen is Readonly<Record<string, readonly string[]>> {
  const isText = (one: Json): boolean => typeof one === 'string'
  return isMap(seen) && Object.values(seen).every((one) => isList(one) && one.every(isText))
}

function isSound(op: Op): boolean {
  const numbers = isCount(op.seq) && isCount(op.v)
  const names = op.device !== '' && op.name !== '' && Object.keys(op.fields).every(isFieldName)
  return numbers && names && /^[0-9]{15}$/.test(op.grid) && isWhole(op.fields)
}

function isCount(value: number): boolean {
  return value >= 1 && Number.isSafeInteger(value)
}

/** `[a-z][a-z0-9_]*`: a name that both languages keep in the order it was written. */
function isFieldName(name: string): boolean {
  return /^[a-z][a-z0-9_]*$/.test(name)
}

/** Whether every number is a whole one below 2^53: what both languages read alike. */
function isWhole(value: Json): boolean {
  if (isList(value)) return value.every(isWhole)
  if (isMap(value)) return Object.values(value).every(isWhole)
  return typeof value !== 'number' || Number.isSafeInteger(value)
}

/** The Reply in a response's body; HTML of a captive portal, or a torn one, is unreadable. */
export function readReply(body: string): Reply | Unreadable {
  const read = parse(body)
  return (isMap(read) ? asReply(read) : null) ?? { why: 'reply_not_readable' }
}

function asReply(read: JsonMap): Reply | null {
  const { v, epoch, now_ms, next_seq, receipts: told, scope: areas, changes: logs, book, settled: since = [] } = read
  const receipts = all(told, asReceipt)
  const scope = all(areas, asScope)
  const changes = asChangesByGrid(logs)
  const settled = all(since, asReceipt)
  if (settled === null || receipts === null || scope === null || changes === null) return null
  if (!isNumber(v) || !isNumber(now_ms) || !isNumber(next_seq)) return null
  if (typeof epoch !== 'string' || typeof book !== 'string') return null
  const signing = asSigning(read)
  const mending = asMending(read)
  return signing && mending && { v, epoch, now_ms, next_seq, receipts, scope, changes, book, settled, ...signing, ...mending }
}

function asSigning({ key = '', signature = '' }: JsonMap): Pick<Reply, 'key' | 'signature'> | null {
  return typeof key === 'string' && typeof signature === 'string' ? { key, signature } : null
}

function asMending({ kept = {}, later = [] }: JsonMap): Pick<Reply, 'kept' | 'later'> | null {
  if (!isMap(kept) || !isList(later)) return null
  const places = Object.entries(kept).filter((one): one is [string, number] => isNumber(one[1]))
  const named = later.map((one) => (isList(one) && one.length === 2 ? asNamed(one) : null))
  if (places.length < Object.keys(kept).length || !named.every((one) => one !== null)) return null
  return { kept: Object.fromEntries(places), later: named }
}

function asNamed([device, seq]: readonly Json[]): readonly [string, number] | null {
  return typeof device === 'string' && isNumber(seq) ? [device, seq] : null
}

function all<T>(value: Json | undefined, one: (item: JsonMap) => T | null): readonly T[] | null {
  if (!isList(value)) return null
  const made = value.map((item) => (isMap(item) ? one(item) : null))
  return made.every((item) => item !== null) ? made : null
}

function isNumber(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value)
}

function asReceipt(read: JsonMap): Receipt | null {
  const { seq, hash, fate } = read
  const numbers = numbersIn(read, ['place', 'placed_ms', 'credited_ms'])
  const texts = textsIn(read, ['grid', 'why', 'about', 'role', 'mark'])
  if (!isNumber(seq) || typeof hash !== 'string' || typeof fate !== 'string' || numbers === null || texts === null) return null
  return { seq, hash, fate, ...numbers, ...texts }
}

/** These names' numbers, 0 for one that is left out; null when one holds something else. */
function numbersIn<Name extends string>(read: JsonMap, names: readonly Name[]): Readonly<Record<Name, number>> | null {
  const found = names.map((name) => [name, read[name] === undefined ? 0 : read[name]] as const)
  return found.every(([, value]) => isNumber(value)) ? (Object.fromEntries(found) as Record<Name, number>) : null
}

/** These names' texts, "" for one that is left out; null when one holds something else. */
function textsIn<Name extends string>(read: JsonMap, names: readonly Name[]): Readonly<Record<Name, string>> | null {
  const found = names.map((name) => [name, read[name] === undefined ? '' : read[name]] as const)
  return found.every(([, value]) => typeof value === 'string') ? (Object.fromEntries(found) as Record<Name, string>) : null
}

function asScope(read: JsonMap): Scope | null {
  const { grid, name, village, town, role, people = {}, view = '', until_ms = 0, covers = '' } = read
  if (typeof grid !== 'string' || typeof name !== 'string' || typeof village !== 'string') return null
  if (typeof town !== 'string' || typeof role !== 'string' || !isNames(people)) return null
  if (typeof view !== 'string' || !isNumber(until_ms) || typeof covers !== 'string') return null
  return { grid, name, village, town, role, people, view, until_ms, covers }
}

function isNames(value: Json): value is Readonly<Record<string, string>> {
  return isMap(value) && Object.values(value).every((one) => typeof one === 'string')
}

function asChangesByGrid(value: Json | undefined): Readonly<Record<string, Changes>> | null {
  if (!isMap(value)) return null
  const byGrid: Record<string, Changes> = {}
  for (const [grid, one] of Object.entries(value)) {
    const changes = isMap(one) ? asChanges(one) : null
    if (changes === null) return null
    byGrid[grid] = changes
  }
  return byGrid
}

function asChanges(read: JsonMap): Changes | null {
  const { ops, head } = read
  if (!isList(ops) || !isNumber(head)) return null
  const placed: Placed[] = []
  for (const read of ops) {
    const one = isList(read) ? asPlaced(read, placed) : null
    if (one === null) return null
    placed.push(one)
  }
  return { ops: placed, head }
}

function asPlaced(read: readonly Json[], before: readonly Placed[]): Placed | null {
  const [place, placed_ms, credited_ms, role, short, mark = '', back = 0] = read
  if (!isNumber(place) || !isNumber(placed_ms) || !isNumber(credited_ms) || !isNumber(back)) return null
  if (typeof role !== 'string' || typeof short !== 'string' || typeof mark !== 'string') return null
  const text = back === 0 ? short : whole(short, before[before.length - back]?.text)
  return text === undefined ? null : { place, placed_ms, credited_ms, role, text, mark }
}

const PREV = '"prev":"'

/** A text whose `prev`, the hash of one before it, was left out on its way. */
function whole(short: string, earlier: string | undefined): string | undefined {
  const at = short.indexOf(PREV)
  if (at < 0 || earlier === undefined || LONE_SURROGATE.test(earlier)) return undefined
  return short.slice(0, at + PREV.length) + opHash(earlier) + short.slice(at + PREV.length)
}

/** The text of a message. */
export function write(message: Ask): string {
  return JSON.stringify(message)
}
