// The one door between the desk's pages and the log: the same ops by the same exchange, but no log is kept; what is shown is asked each time.
import type { Ref, ShallowRef } from 'vue'
import { Device } from './device/device'
import type { Photo } from './device/photos'
import { isTrouble, type Trouble } from './device/trouble'
import { draftDoor, type DraftDoor } from './draft'
import { nameIn } from './naming'
import { Present, type SessionDoor } from './present'
import { intentOf, saidAll, type SaidOne, type Saying, type What } from './saying'
import { movesFor, type Seen } from './seen'
import type { Refusal } from './sync/admit'
import { LAW } from './sync/law'
import type { JsonMap } from './sync/op'
import type { Book } from './sync/rules/book'
import { queryOf, readBulletin, type Bulletin, type BulletinBrief, type RateCase, type Rates, type RatesAsk, type Rhythm, type Spread } from './office'
import { readOrder, type CallList, type OrderList, type WholeOrder } from './orders'
import type { Ahead } from './ahead'
import type { Likes } from './likes'
import { readTalk, type TalkKind, type TalkList, type WholeTalk } from './talks'
import { readQueue, readWhole, type Queue, type WholeIssue } from './queue'
import type { RefusedOp, Waiting } from './unsent'

export type { New } from './device/outbox'
export type { Photo } from './device/photos'
export type { Problem, Trouble, TroubleName } from './device/trouble'
export type { DraftDoor } from './draft'
export type { EnterAnswer, LeaveAnswer, Session, SessionDoor } from './present'
export type { Bulletin, BulletinBrief, Drift, Rate, RateCase, Rates, RatesAsk, Rhythm, Spot, Spread } from './office'
export type { Ahead, Proposal } from './ahead'
export type { Aspect, Kind, Likes, LikeSide, Pair } from './likes'
export type { TalkItem, TalkKind, TalkList, WholeTalk } from './talks'
export type { CallItem, CallList, Matter, OrderItem, OrderList, WholeOrder } from './orders'
export type { Question, Written } from './asking'
export type { Came, Queue, QueueCounts, QueueItem, WholeIssue } from './queue'
export type { Link, SaidOne, Saying, Voice, What } from './saying'
export type { Conflict, Seen } from './seen'
export type { RefusedOp, Waiting, WaitingOp } from './unsent'
export type { Refusal } from './sync/admit'
export type { Act, Note, Shape } from './sync/fold'
export type { SubjectLaw } from './sync/law'
export type { Held, Register } from './sync/merge'
export type { Json } from './sync/op'
export type { Book } from './sync/rules/book'
export { faultIn, fieldsFrom, questionsOf } from './asking'
export { looksMemory } from './device/looks'
export { isTrouble } from './device/trouble'
export { newLink, sourceHash } from './link'
export { theNew } from './saying'
export { allSeenOf, conflictsOf, seenOf, shownIn, valueOf } from './seen'

/**
 * The server has placed it (whether in force or kept as a note, the issue read again tells); or it was refused, by the law here or by
 * the server; or there is a trouble. `kept`: it is durable on this device and goes as soon as it can; saying it again would say it twice.
 */
export type DeskSaid =
  | ({ readonly ok: true; readonly behind: readonly Refusal[] } & SaidOne)
  | { readonly ok: false; readonly refusal: Refusal; readonly trouble?: undefined; readonly kept: false; readonly behind?: readonly Refusal[] }
  | { readonly ok: false; readonly trouble: Trouble; readonly refusal?: undefined; readonly kept: boolean }

// The values of their kind in the whole app: one desk, one person.
const desk = new Device('desk', undefined)
const present = new Present(desk)

/** Opens the store of the person who was in last. Once, before anything is shown. */
export async function openDesk(): Promise<Trouble | undefined> {
  return present.start()
}

export function useSession(): SessionDoor {
  return present.door
}

export function useBook(): ShallowRef<Book | undefined> {
  return present.book
}

export function useWaiting(): ShallowRef<Waiting> {
  return present.waiting
}

export function useSkew(): Ref<number> {
  return present.skew
}

export function nameOf(person: string): string {
  return nameIn(present.session.value, person)
}

export async function markRead(op: RefusedOp): Promise<Trouble | undefined> {
  return present.markRead(op)
}

/** Tries to send now what is left of earlier sayings. */
export async function syncNow(): Promise<void> {
  await desk.poke('person')
  await present.look()
}

/** Hears that some log has grown on the server. Answers how to stop. */
export function onGrown(hear: () => void): () => void {
  return desk.listen((news) => {
    if (news.grown === true) hear()
  })
}

/** A page of the queue, most pressing first. */
export async function queueOf(ask: { stages?: readonly string[]; offset?: number; limit?: number }): Promise<Queue | Trouble> {
  const query = new URLSearchParams()
  for (const stage of ask.stages ?? []) query.append('stage', stage)
  if (ask.offset !== undefined) query.set('offset', String(ask.offset))
  if (ask.limit !== undefined) query.set('limit', String(ask.limit))
  const answer = await desk.ask({ method: 'GET', path: `/desk/queue.json?${query.toString()}` })
  return isTrouble(answer) ? answer : readQueue(await answer.body.text())
}

/** One issue with the records that belong to it, folded here from what the server placed. */
export async function issueOf(id: string): Promise<WholeIssue | Trouble> {
  const answer = await desk.ask({ method: 'GET', path: `/desk/issues/${id.slice(id.indexOf('/') + 1)}` })
  if (isTrouble(answer)) return answer
  const own = await desk.seat?.shelf.read(['outbox'], (tx) => tx.objectStore('outbox').getAll())
  return readWhole(id, await answer.body.text(), own === undefined || isTrouble(own) ? [] : own)
}

/** The orders of one's own unit, or of one's area. */
export async function ordersOf(): Promise<OrderList | Trouble> {
  return (await asked('/desk/orders.json')) as OrderList | Trouble
}

/** One order, folded here from what the server placed. */
export async function orderOf(id: string): Promise<WholeOrder | Trouble> {
  const answer = await desk.ask({ method: 'GET', path: `/desk/orders/${id.slice(id.indexOf('/') + 1)}` })
  if (isTrouble(answer)) return answer
  const own = await desk.seat?.shelf.read(['outbox'], (tx) => tx.objectStore('outbox').getAll())
  const read = readOrder(await answer.body.text(), own === undefined || isTrouble(own) ? [] : own)
  return read ?? { trouble: 'not_our_server', detail: id }
}

/** What is talked over, mediated, promised, or lies in letters where one stands. */
export async function talksOf(kinds: readonly TalkKind[]): Promise<TalkList | Trouble> {
  return (await asked(`/desk/talks.json?${kinds.map((kind) => `kind=${kind}`).join('&')}`)) as TalkList | Trouble
}

/** By hash, matters of other systems that are here already; a subject is named only to who may see it. */
export type KnownSources = Readonly<Record<string, { readonly subject: string; readonly issue_no: string; readonly by: string; readonly at_ms: number }>>

const SOURCES_AT_ONCE = 200

export async function knownSources(hashes: readonly string[]): Promise<KnownSources | Trouble> {
  let known: KnownSources = {}
  for (let at = 0; at < hashes.length; at += SOURCES_AT_ONCE) {
    const body = new Blob([JSON.stringify({ hashes: hashes.slice(at, at + SOURCES_AT_ONCE) })])
    const answer = await desk.ask({ method: 'POST', path: '/desk/sources', headers: { 'Content-Type': 'application/json' }, body })
    if (isTrouble(answer)) return answer
    known = { ...known, ...(JSON.parse(await answer.body.text()) as { readonly known: KnownSources }).known }
  }
  return known
}

/** What could be looked after before anybody asks, where one stands. */
export async function aheadOf(): Promise<Ahead | Trouble> {
  return (await asked('/desk/ahead.json')) as Ahead | Trouble
}

/** One of them, folded here from what the server placed. */
export async function talkOf(id: string): Promise<WholeTalk | Trouble> {
  const answer = await desk.ask({ method: 'GET', path: `/desk/talks/${id}` })
  if (isTrouble(answer)) return answer
  const own = await desk.seat?.shelf.read(['outbox'], (tx) => tx.objectStore('outbox').getAll())
  const read = readTalk(await answer.body.text(), own === undefined || isTrouble(own) ? [] : own)
  return read ?? { trouble: 'not_our_server', detail: id }
}

/** Whom this person is to call back. */
export async function callsOf(): Promise<CallList | Trouble> {
  return (await asked('/desk/calls.json')) as CallList | Trouble
}

/** The rates of a period over an area. */
export async function ratesOf(ask: RatesAsk): Promise<Rates | Trouble> {
  return (await asked(`/desk/rates.json?${queryOf(ask)}`)) as Rates | Trouble
}

/** Where the matters of a period lie. */
export async function spreadOf(ask: RatesAsk): Promise<Spread | Trouble> {
  return (await asked(`/desk/spread.json?${queryOf(ask)}`)) as Spread | Trouble
}

/** The cases behind one of them. */
export async function casesOf(ask: RatesAsk, id: string, group: string): Promise<readonly RateCase[] | Trouble> {
  return (await asked(`/desk/rates/cases.json?${queryOf(ask, { id, group })}`)) as readonly RateCase[] | Trouble
}

export async function bulletinsOf(): Promise<readonly BulletinBrief[] | Trouble> {
  return (await asked('/desk/bulletins.json')) as readonly BulletinBrief[] | Trouble
}

export async function bulletinOf(id: string): Promise<Bulletin | Trouble> {
  const answer = await desk.ask({ method: 'GET', path: `/desk/bulletins/${id.slice(id.indexOf('/') + 1)}` })
  if (isTrouble(answer)) return answer
  const own = await desk.seat?.shelf.read(['outbox'], (tx) => tx.objectStore('outbox').getAll())
  const read = readBulletin(await answer.body.text(), own === undefined || isTrouble(own) ? [] : own)
  return read ?? { trouble: 'not_our_server', detail: id }
}

/** Has the clerk draft a bulletin of the last whole period over one's own area; its id. Its log may be new to this desk, which asks for its areas again. */
export async function draftBulletin(rhythm: Rhythm): Promise<string | Trouble> {
  const body = new Blob([JSON.stringify({ rhythm })])
  const answer = await desk.ask({ method: 'POST', path: '/desk/bulletins', headers: { 'Content-Type': 'application/json' }, body })
  if (isTrouble(answer)) return answer
  await syncNow()
  return (JSON.parse(await answer.body.text()) as { readonly subject: string }).subject
}

/** A paper's bytes, to be kept by the browser under a name. */
export async function paperOf(what: { readonly bulletin: string } | { readonly rates: RatesAsk }): Promise<Blob | Trouble> {
  const path = 'bulletin' in what ? `/desk/bulletins/${what.bulletin.slice(what.bulletin.indexOf('/') + 1)}/paper.docx` : `/desk/rates.xlsx?${queryOf(what.rates)}`
  const answer = await desk.ask({ method: 'GET', path })
  return isTrouble(answer) ? answer : answer.body
}

/** What the server tells at an address of the desk's; its own server checked what it says. */
async function asked(path: string): Promise<unknown> {
  const answer = await desk.ask({ method: 'GET', path })
  return isTrouble(answer) ? answer : JSON.parse(await answer.body.text())
}

/** One op that waits for the town, as the server tells of it. */
export interface ParkedOp {
  readonly device: string
  readonly seq: number
  readonly hash: string
  readonly grid: string
  readonly grid_name: string
  readonly village: string
  readonly person: string
  readonly about: string
  readonly kind: string
  readonly name: string
  readonly title: string
  readonly claimed_ms: number
  /** Its words are withheld from the asker. */
  readonly sealed: boolean
  readonly fields: JsonMap
}

/** What may be the same in the asker's area, the surest first. */
export async function likesOf(): Promise<Likes | Trouble> {
  return (await asked('/desk/likes.json')) as Likes | Trouble
}

/** A number of a device that must exist and has not come. */
export interface AbsentOp {
  readonly device: string
  readonly seq: number
  readonly grid: string
  readonly village: string
  readonly grid_name: string
  readonly person: string
  /** `gap`: a later one came; `asked`: a resident holds its slip. */
  readonly why: string
  readonly first_ms: number
}

/** What waits for the asker's town, and what has not come, each the longest waiting first. */
export interface Parked {
  readonly items: readonly ParkedOp[]
  readonly absent: readonly AbsentOp[]
}

export async function parkedOps(): Promise<Parked | Trouble> {
  return (await asked('/desk/parked.json')) as Parked | Trouble
}

/** A person under an official, with areas and devices. */
export interface Member {
  readonly id: string
  readonly name: string
  readonly phone: string
  readonly accounts: readonly string[]
  readonly areas: readonly { readonly role: string; readonly code: string; readonly from_ms: number; readonly to_ms: number | null; readonly covers: string }[]
  readonly devices: readonly { readonly id: string; readonly contact_ms: number; readonly revoked_ms: number | null }[]
}

/** Everybody under an official, the grids, and the last changes of who may do what. */
export interface Office {
  readonly now_ms: number
  readonly me: string
  readonly people: readonly Member[]
  readonly grids: readonly { readonly code: string; readonly name: string; readonly village: string; readonly town: string }[]
  readonly changes: readonly { readonly at_ms: number; readonly by: string; readonly act: string; readonly person: string; readonly code: string }[]
  readonly names: Readonly<Record<string, string>>
}

/** One change of people and areas; what does not belong to the act is left out. */
export interface StaffChange {
  readonly act: string
  readonly person?: string
  readonly name?: string
  readonly phone?: string
  readonly account?: string
  readonly role?: string
  readonly code?: string
  readonly covers?: string
  readonly until_ms?: number
  readonly device?: string
}

export async function staffOf(): Promise<Office | Trouble> {
  return (await asked('/desk/people.json')) as Office | Trouble
}

/** Makes a change; a new password is told this once. */
export async function changeStaff(change: StaffChange): Promise<{ readonly password: string } | Trouble> {
  const body = new Blob([JSON.stringify(change)])
  const answer = await desk.ask({ method: 'POST', path: '/desk/people', headers: { 'Content-Type': 'application/json' }, body })
  return isTrouble(answer) ? answer : (JSON.parse(await answer.body.text()) as { readonly password: string })
}

/** The acts open to this person on a subject now. */
export function movesOf(seen: Seen): readonly string[] {
  const roles = (present.session.value?.scope ?? []).filter((one) => one.grid === seen.grid).map((one) => one.role)
  return movesFor(seen, roles)
}

/** Whether this person may begin a subject of a kind in a grid's log. */
export function mayBegin(kind: keyof typeof LAW, grid: string): boolean {
  const roles = (present.session.value?.scope ?? []).filter((one) => one.grid === grid).map((one) => one.role)
  return LAW[kind].rows.some(({ from, who }) => from.includes('') && who.some((role) => roles.includes(role)))
}

/** Says one thing, with what goes in the same write behind it, and waits for the server's receipt of the first. `behind`: what was refused of the others. */
export async function say(name: string, what: What, also: readonly Saying[] = []): Promise<DeskSaid> {
  const made = saidAll(await desk.say([{ name, what }, ...also].map(intentOf)))
  if (!made.ok) {
    return made.trouble === undefined ? { ok: false, refusal: made.refusal, kept: false } : { ok: false, trouble: made.trouble, kept: false }
  }
  await desk.poke('person')
  await present.look()
  const [one, ...others] = made.said
  if (one === undefined) throw new Error('one was said, none was made')
  const { rows, refused, last_trouble } = present.waiting.value
  const refusalOf = ({ seq: its }: SaidOne): Refusal[] => refused.flatMap(({ seq, device, why, about }) => (seq === its && device === present.session.value?.device ? [{ why, about }] : []))
  const behind = others.flatMap(refusalOf)
  const [refusal] = refusalOf(one)
  if (refusal !== undefined) return { ok: false, refusal, kept: false, behind }
  const isWaiting = rows.some(({ seq }) => seq === one.seq)
  return isWaiting ? { ok: false, trouble: last_trouble ?? { trouble: 'offline' }, kept: true } : { ok: true, behind, ...one }
}

/** A form's text, kept as it is written; what is in it must be plain JSON. `start` makes an empty form. */
export function useDraft<T>(key: string, start: () => T): DraftDoor<T> {
  return draftDoor(desk.seat?.drafts, key, start)
}

/** Makes a picture small and keeps it until the op that names it is placed. */
export async function keepPhoto(picture: Blob): Promise<Photo | Trouble> {
  return desk.keepPhoto(picture)
}

/** A photo's bytes; undefined when the server cannot give them now. */
export async function photoBlob(hash: string): Promise<Blob | undefined> {
  const blob = await desk.photoBlob(hash)
  return isTrouble(blob) ? undefined : blob
}
