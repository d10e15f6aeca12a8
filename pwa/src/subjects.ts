// The one door between the phone's pages and the log: what is known, what is said, what still waits. Pages import nothing else of the device.
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { Lacking } from './device/lacking'
import type { Photo } from './device/photos'
import type { NoRecording, Recording } from './device/recorder'
import { shown, type Shown as ShownReceipt } from './device/receipts'
import type { Check } from './device/selftest'
import { isTrouble, type Trouble } from './device/trouble'
import { draftDoor, type DraftDoor } from './draft'
import { phone, present } from './entrance'
import { Known } from './known'
import { slipOf } from './link'
import { nameIn } from './naming'
import { intentOf, saidAll, saidOne, type Said, type SaidAll, type Saying, type Voice, type What } from './saying'
import { listed, movesFor, reachFor, type ListFilter, type Reach, type Seen } from './seen'
import { kindOf, type Op } from './sync/op'
import type { Book } from './sync/rules/book'
import type { RefusedOp, Waiting } from './unsent'

export type { New } from './device/outbox'
export type { Ability, Check } from './device/selftest'
export type { Photo } from './device/photos'
export type { Problem, Trouble, TroubleName } from './device/trouble'
export type { DraftDoor } from './draft'
export type { EnterAnswer, LeaveAnswer, Session, SessionDoor } from './present'
export type { Recording } from './device/recorder'
export type { Link, Said, SaidAll, SaidOne, Saying, Voice, What } from './saying'
export type { Conflict, ListFilter, Reach, Seen } from './seen'
export type { RefusedOp, Waiting, WaitingFile, WaitingOp } from './unsent'
export type { Refusal } from './sync/admit'
export type { Act, Note, Shape } from './sync/fold'
export type { SubjectLaw } from './sync/law'
export type { Held, Register } from './sync/merge'
export type { Json } from './sync/op'
export type { Book, Facts } from './sync/rules/book'
export type { Proposal } from './sync/rules/triage'
export type { Scope } from './sync/wire'
export { isTrouble } from './device/trouble'
export { looksMemory, startPhone, useInstall, useSession, useUpdate } from './entrance'
export { newLink } from './link'
export { theNew } from './saying'
export { allSeenOf, conflictsOf, seenOf, shownIn, valueOf } from './seen'
export { propose } from './sync/rules/triage'
export { dangerHints, factsFromText, suggest } from './sync/rules/suggest'

const known = new Known(phone)

/** One subject, as it is now and whenever it changes; undefined while it is not known here. */
export function useSubject(id: () => string): ShallowRef<Seen | undefined> {
  const seen = shallowRef<Seen>()
  live(
    id,
    (one) => kindOf(one),
    async (one) => {
      seen.value = await known.subject(one)
    },
  )
  return seen
}

export interface List {
  readonly rows: ShallowRef<readonly Seen[]>
  readonly ready: Ref<boolean>
}

/** What the day may ask for of a kind (see device/rows.ts), newest first: there long before all of it. */
export function useDay(kind: string): List {
  const rows = shallowRef<readonly Seen[]>([])
  const ready = ref(false)
  live(
    () => kind,
    (one) => one,
    async () => {
      const day = await known.day()
      if (day === undefined) return
      rows.value = listed([...day.values()].filter((seen) => seen.kind === kind), {})
      ready.value = true
    },
  )
  return { rows, ready }
}

/** The subjects of a kind that fit, newest first, as they are now and whenever they change; before `ready` those of the day, if they are known. */
export function useList(kind: string, filter: () => ListFilter = () => ({})): List {
  const rows = shallowRef<readonly Seen[]>([])
  const ready = ref(false)
  live(
    filter,
    () => kind,
    async (wanted) => {
      if (!ready.value) rows.value = listed(known.soFar(kind), wanted)
      const all = await known.kind(kind)
      if (all === undefined) return
      rows.value = listed(all.values(), wanted)
      ready.value = true
    },
  )
  return { rows, ready }
}

/** Reads when what is asked changes, and when its kind does. Answers come in the order of the questions (see `Known`). */
function live<T>(ask: () => T, kindAsked: (asked: T) => string, read: (asked: T) => Promise<void>): void {
  const stop = known.listen((kinds) => {
    if (kinds.has(kindAsked(ask()))) void read(ask())
  })
  watch(ask, (asked) => void read(asked), { immediate: true })
  onScopeDispose(stop)
}

/** Says one thing. Resolves when it is durable on this phone; its way to the server is shown by `useWaiting`. */
export async function say(name: string, what: What): Promise<Said> {
  return saidOne(await phone.say([intentOf({ name, what })]))
}

/** Says several things at once: all are durable, or none. */
export async function sayAll(sayings: readonly Saying[]): Promise<SaidAll> {
  return saidAll(await phone.say(sayings.map(intentOf)))
}

/** The acts open to this person on a subject now. */
export function movesOf(seen: Seen): readonly string[] {
  const roles = (present.session.value?.scope ?? []).filter((one) => one.grid === seen.grid).map((one) => one.role)
  return movesFor(seen, roles)
}

/** How far what this person said of a subject has come; while one of its photos is only here, so is the whole. */
export function reachOf(seen: Seen): Reach {
  if (present.waiting.value.subjects.includes(seen.id)) return 'here'
  return reachFor(seen, present.session.value?.person ?? '')
}

/** A person's name as the server told it; a role's for the hands that are not persons; the id itself when nobody told. */
export function nameOf(person: string): string {
  return nameIn(present.session.value, person)
}

export function useWaiting(): ShallowRef<Waiting> {
  return present.waiting
}

/** Notes that its author has read of a refusal. */
export async function markRead(op: RefusedOp): Promise<Trouble | undefined> {
  return present.markRead(op)
}

/** Tries to send and fetch now. Resolves when that is over, well or not; `useWaiting` tells. */
export async function syncNow(): Promise<void> {
  await phone.poke('person')
  await present.look()
}

/** How many records of each grid lie on this phone, as they are when it is asked. */
export function useHeld(): ShallowRef<Readonly<Record<string, number>>> {
  const held = shallowRef<Readonly<Record<string, number>>>({})
  const count = async (): Promise<void> => {
    const found = await phone.seat?.shelf.read(['shapes'], async (tx) => {
      const counted: Record<string, number> = {}
      for (const { grid } of present.session.value?.scope ?? []) counted[grid] = await tx.objectStore('shapes').index('grid').count(grid)
      return counted
    })
    if (found !== undefined && !isTrouble(found)) held.value = found
  }
  watch(present.session, () => void count(), { immediate: true })
  return held
}

export type { ShownReceipt }

export interface Received {
  readonly placed_ms: number
  readonly device: string
  readonly seq: number
}

/** When the server received what stands at this place of a grid's log, and which op that is; undefined when it is not here. */
export async function receivedAt(grid: string, place: number): Promise<Received | undefined> {
  const row = await phone.seat?.shelf.read(['log'], (tx) => tx.objectStore('log').get([grid, place]))
  if (row === undefined || isTrouble(row) || row.text === '') return undefined
  const { device, seq } = JSON.parse(row.text) as Op
  return { placed_ms: row.placed_ms, device, seq }
}

/** The server's signed receipt for an own op; undefined when this phone holds none. */
export async function receiptOf(device: string, seq: number): Promise<ShownReceipt | undefined> {
  const { seat } = phone
  if (seat === undefined) return undefined
  const found = await shown(seat.shelf, device, seq)
  return isTrouble(found) ? undefined : found
}

/** What of the grids is still to come; undefined when all is here. */
export function useLacking(): ShallowRef<Lacking | undefined> {
  return present.lacking
}

export function useBook(): ShallowRef<Book | undefined> {
  return present.book
}

/** How far the phone's clock runs ahead of the server's, in ms, when it is wrong enough to be told; else 0. */
export function useSkew(): Ref<number> {
  return present.skew
}

/** The address for a resident, from the token kept here; undefined when the link was made elsewhere. It bears the phone's own word that the matter exists. */
export async function linkOf(issue: string): Promise<string | undefined> {
  const row = await phone.seat?.shelf.read(['links'], (tx) => tx.objectStore('links').get(issue))
  return row === undefined || isTrouble(row) ? undefined : `${location.origin}/r/${slipOf(issue, row.token, present.session.value)}`
}

export type Kept = { readonly ok: true; readonly photo: Photo } | { readonly ok: false; readonly trouble: Trouble }

/** Makes a picture small and keeps it here; durable when this resolves. */
export async function keepPhoto(picture: Blob): Promise<Kept> {
  const photo = await phone.keepPhoto(picture)
  return isTrouble(photo) ? { ok: false, trouble: photo } : { ok: true, photo }
}

export type KeptVoice = { readonly ok: true; readonly voice: Voice } | { readonly ok: false; readonly trouble: Trouble }

/** After so long a recording ends by itself. */
export const MOST_VOICE_MS = 180_000

/** Begins to record; `over` is called when it has ended. `refused` when nobody lets us listen, `none` when this phone cannot. */
export async function startVoice(over: () => void): Promise<Recording | NoRecording> {
  const recorder = await import('./device/recorder').catch(() => undefined)
  return recorder === undefined ? 'none' : recorder.record(MOST_VOICE_MS, over)
}

/** Keeps a voice of this length as it was spoken; durable when this resolves. */
export async function keepVoice(sound: Blob, ms: number): Promise<KeptVoice> {
  const kept = await phone.keepVoice(sound)
  return isTrouble(kept) ? { ok: false, trouble: kept } : { ok: true, voice: { ...kept, ms } }
}

/** Takes away a photo that was kept for a form and is not wanted; one that a saved op names stays. */
export async function dropPhoto(hash: string): Promise<void> {
  await phone.dropPhoto(hash)
}

/** The photo's bytes, from here or from the server; undefined when neither can give them now. */
export async function photoBlob(hash: string): Promise<Blob | undefined> {
  const blob = await phone.photoBlob(hash)
  return isTrouble(blob) ? undefined : blob
}

/** An address for `img`; undefined until the photo is there. */
export function usePhoto(hash: () => string): Ref<string | undefined> {
  const address = ref<string>()
  const set = (next?: string): void => {
    if (address.value !== undefined) URL.revokeObjectURL(address.value)
    address.value = next
  }
  watch(
    hash,
    async (wanted) => {
      const blob = await photoBlob(wanted)
      if (wanted === hash()) set(blob && URL.createObjectURL(blob))
    },
    { immediate: true },
  )
  onScopeDispose(set)
  return address
}

/** A form's text, kept as it is written; what is in it must be plain JSON. `start` makes an empty form. */
export function useDraft<T>(key: string, start: () => T): DraftDoor<T> {
  return draftDoor(phone.seat?.drafts, key, start)
}

/** Tries whether this phone can do what the app needs. */
export async function selftest(): Promise<readonly Check[]> {
  return (await import('./device/selftest')).selftest()
}
