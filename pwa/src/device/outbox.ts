// Own ops on their way: how one is made, which wait, and when one may go. The only file that takes anything out of the outbox.
import { admit, isRefusal, type Area, type Refusal } from '../sync/admit'
import { stampMs, tick } from '../sync/clock'
import { kindOf, OP_VERSION, opHash, subjectId, writeOp, type Json, type Op } from '../sync/op'
import { isUnreadable, readOp, type Receipt, type Scope } from '../sync/wire'
import { opOf, unsent } from './own'
import { withRoom } from './room'
import { each, meta, setMeta, type Chain, type OutboxRow, type Session, type Shelf, type Writing } from './shelf'
import type { Trouble } from './trouble'

/** Stands for the id of the subject that the op at this place of the same list begins. */
export interface New {
  readonly '@new': number
}

/** What somebody wants to say: on `subject`, or else beginning a subject of `kind`. */
export interface Intent {
  readonly name: string
  readonly subject?: string | New
  readonly kind?: string
  readonly grid: string
  /** Values by the law; a `New` may stand wherever a subject id may. */
  readonly fields: Readonly<Record<string, unknown>>
  readonly seen?: Readonly<Record<string, readonly string[]>>
  /** Token of the resident's link whose hash the fields carry; kept beside the subject. */
  readonly token?: string
  /** Key of the draft that goes once this is saved. */
  readonly draft?: string
}

export interface MadeOp {
  readonly subject: string
  readonly stamp: string
  readonly seq: number
  readonly hash: string
}

/** All of them made and durable, or none: the first one that the law refuses. */
export type Made =
  | { readonly made: readonly MadeOp[]; readonly rows: readonly OutboxRow[] }
  | { readonly refusal: Refusal; readonly at: number }

/** Where a person stands, as the server last told. */
export function areasOf(scope: readonly Scope[]): Area[] {
  return scope.map((one) => ({ role: one.role, code: one.grid, from_ms: 0, to_ms: null }))
}

/** Makes ops in one durable write: chain, clock, rights, text, outbox. Two tabs take turns; neither can take the other's number. */
export async function make(shelf: Shelf, intents: readonly Intent[], now_ms: number): Promise<Made | Trouble> {
  return withRoom(shelf, () => shelf.write(['meta', 'outbox', 'photos', 'links', 'drafts'], async (tx) => {
    const [session, chain, scope] = await Promise.all([meta(tx, 'session'), meta(tx, 'chain'), meta(tx, 'scope')])
    if (session === undefined || chain === undefined) return { trouble: 'not_entered' } satisfies Trouble
    const written = writeAll(intents, session, chain, scope ?? [], now_ms)
    if (!('rows' in written)) return written
    const { rows, next } = written
    await each(rows, (row) => tx.objectStore('outbox').add(row))
    await setMeta(tx, 'chain', next)
    await keepBesides(tx, intents, rows)
    const made = rows.map((row) => ({ subject: row.subject, stamp: opOf(row).stamp, seq: row.seq, hash: row.hash }))
    return { made, rows }
  }))
}

type Written = { readonly rows: readonly OutboxRow[]; readonly next: Chain } | { readonly refusal: Refusal; readonly at: number }

/** The rows of these ops and where the chain stands after them; pure, so that nothing is written before all are admitted. */
function writeAll(
  intents: readonly Intent[],
  session: Session,
  chain: Chain,
  scope: readonly Scope[],
  now_ms: number,
): Written {
  const { device, person } = session
  const ids = idsOf(intents, device, chain.next_seq)
  const asker = { person, device, areas: areasOf(scope) }
  const rows: OutboxRow[] = []
  let next = chain
  for (const [at, intent] of intents.entries()) {
    const stamp = tick(next.stamp, now_ms, device)
    const op: Op = {
      device,
      seq: next.next_seq,
      prev: next.head,
      stamp,
      actor: person,
      grid: intent.grid,
      subject: ids[at] ?? '',
      name: intent.name,
      fields: named(intent.fields, ids) as Record<string, Json>,
      seen: Object.fromEntries(Object.entries(intent.seen ?? {}).map(([field, stamps]) => [field, [...stamps]])),
      v: OP_VERSION,
    }
    const text = writeOp(op)
    const readable = readOp(text)
    if (isUnreadable(readable)) return { refusal: { why: readable.why, about: intent.name }, at }
    const answer = admit(op, asker, stampMs(stamp))
    if (isRefusal(answer)) return { refusal: answer, at }
    const hash = opHash(text)
    rows.push({
      ...{ device, seq: op.seq, hash, text, subject: op.subject, kind: kindOf(op.subject) },
      ...{ name: op.name, grid: op.grid, role: answer.role, made_ms: now_ms },
    })
    next = { next_seq: op.seq + 1, head: hash, stamp }
  }
  return { rows, next }
}

/** The subject of each op: the one it acts on, or the one it begins. */
function idsOf(intents: readonly Intent[], device: string, first_seq: number): string[] {
  const begun = intents.map((one, at) => subjectId(one.kind ?? 'nothing', device, first_seq + at))
  return intents.map((one, at) => {
    if (typeof one.subject === 'string') return one.subject
    return (one.subject === undefined ? begun[at] : begun[one.subject['@new']]) ?? ''
  })
}

/** The same value with every `New` replaced by the id it stands for, and fields nobody filled left out. */
function named(value: unknown, ids: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => named(one, ids))
  if (typeof value !== 'object' || value === null) return value
  if ('@new' in value && typeof value['@new'] === 'number') return ids[value['@new']] ?? ''
  const filled = Object.entries(value).filter(([, one]) => one !== undefined)
  return Object.fromEntries(filled.map(([key, one]) => [key, named(one, ids)]))
}

/** What is saved in the same write: photos now have their op, the link's token is kept, the draft goes. */
async function keepBesides(tx: Writing, intents: readonly Intent[], rows: readonly OutboxRow[]): Promise<void> {
  const photos = tx.objectStore('photos')
  for (const [at, row] of rows.entries()) {
    const { token, draft } = intents[at] ?? {}
    if (token !== undefined) await tx.objectStore('links').put({ subject: row.subject, token })
    if (draft !== undefined) await tx.objectStore('drafts').delete(draft)
    for (const hash of hashesIn(opOf(row).fields)) {
      const photo = await photos.get(hash)
      if (photo === undefined || photo.state === 'sent') continue
      const { device, seq, grid, subject } = row
      await photos.put({ ...photo, state: 'bound', device, seq, grid, subject })
    }
  }
}

/** Every text inside a value that could be the hash of a photo. */
function hashesIn(value: Json): string[] {
  if (typeof value === 'string') return /^[0-9a-f]{64}$/.test(value) ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap((one: Json) => hashesIn(one))
}

/**
 * Takes the server's receipts. One counts only for the very bytes this phone wrote. An op that was refused or could not be read is
 * kept among the fates; one that was placed stays until `sweep` finds its place in this phone's log.
 */
export async function settle(tx: Writing, device: string, receipts: readonly Receipt[], now_ms: number): Promise<OutboxRow[]> {
  const outbox = tx.objectStore('outbox')
  const settled: OutboxRow[] = []
  for (const receipt of receipts) {
    const row = await outbox.get([device, receipt.seq])
    if (row?.hash !== receipt.hash) continue
    settled.push(row)
    if (receipt.fate === 'placed') {
      await outbox.put({ ...row, receipt })
      continue
    }
    const { seq, hash, text } = row
    await tx.objectStore('fates').put({ device, seq, hash, text, receipt, told_ms: now_ms, read: false })
    await outbox.delete([device, seq])
  }
  return settled
}

/** The town has decided about ops of this phone that waited for it: their author is told, once more than the first time. */
export async function hearOfParked(tx: Writing, device: string, settled: readonly Receipt[], now_ms: number): Promise<void> {
  const fates = tx.objectStore('fates')
  for (const receipt of settled) {
    const row = await fates.get([device, receipt.seq])
    if (row?.hash !== receipt.hash || row.receipt.why !== 'parked') continue
    await fates.put({ ...row, receipt, parked: row.receipt, told_ms: now_ms, read: false })
    if (receipt.fate === 'placed') await sendAside(tx, device, receipt.seq)
  }
}

/** The photos of an op that the town let in were set aside with it: now they are named. */
async function sendAside(tx: Writing, device: string, seq: number): Promise<void> {
  const photos = tx.objectStore('photos')
  const aside = await photos.index('state').getAll('aside')
  const these = aside.filter((row) => row.device === device && row.seq === seq && row.why === '')
  await each(these, (row) => photos.put({ ...row, state: 'bound' }))
}

/** After a restore that has the ops before `next_seq`: what the town decided of them it may not have. They wait again until it is told anew. */
export async function unhearOfParked(tx: Writing, device: string, next_seq: number): Promise<void> {
  const fates = tx.objectStore('fates')
  for (const { parked, ...row } of await fates.getAll()) {
    if (parked !== undefined && row.device === device && row.seq < next_seq) await fates.put({ ...row, receipt: parked })
  }
}

/**
 * Takes out the ops that are placed and need no keeping here any more: their place was reached, or their grid is not read here. What
 * belongs to a `readable` grid that is still being fetched stays, and is shown on top.
 */
export async function sweep(tx: Writing, places: Readonly<Record<string, number>>, readable: readonly string[]): Promise<void> {
  const outbox = tx.objectStore('outbox')
  for (const row of await outbox.getAll()) {
    if (row.receipt?.fate !== 'placed') continue
    const reached = places[row.grid]
    const isHere = reached === undefined ? !readable.includes(row.grid) : reached >= row.receipt.place
    if (isHere) await outbox.delete([row.device, row.seq])
  }
}

/** After a restore: receipts for what still lies here are void, it is unsent again. Answers it with what it was told. */
export async function unsettle(tx: Writing, device: string): Promise<{ readonly text: string; readonly receipt: Receipt }[]> {
  const told: { readonly text: string; readonly receipt: Receipt }[] = []
  for (const { receipt, ...row } of await tx.objectStore('outbox').getAll()) {
    if (receipt === undefined || row.device !== device) continue
    told.push({ text: row.text, receipt })
    await tx.objectStore('outbox').put(row)
  }
  return told
}

/** Whether any op for this grid still waits for its receipt. */
export async function holdsAnyFor(tx: Writing, grid: string): Promise<boolean> {
  return (await unsent(tx)).some((row) => row.grid === grid)
}
