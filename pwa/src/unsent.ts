// The truth about what is only on this device: ops, photos, refusals, and how the sending goes. Read, never kept.
import { unsent, waitingPhotos } from './device/own'
import { meta, type FateRow, type OutboxRow, type PhotoRow, type Shelf } from './device/shelf'
import type { Sending } from './device/tabs'
import { isTrouble, type Trouble } from './device/trouble'
import type { JsonMap, Op } from './sync/op'

/** One own op that has no receipt yet. */
export interface WaitingOp {
  readonly seq: number
  readonly subject: string
  readonly kind: string
  readonly name: string
  readonly grid: string
  readonly made_ms: number
}

/** One own op that the server refused or could not read: kept, shown, changes nothing. */
export interface RefusedOp extends WaitingOp {
  readonly device: string
  readonly fate: string
  readonly why: string
  readonly about: string
  readonly told_ms: number
  readonly fields: JsonMap
  /** Whether its author has said that he read it. */
  readonly read: boolean
}

/** A photo or a voice of a saved record that is only on this device. */
export interface WaitingFile {
  readonly hash: string
  readonly kind: 'photo' | 'voice'
  readonly size: number
  /** How much of it the server has, while it is on its way; undefined when it is not. */
  readonly sent: number | undefined
  readonly subject: string
  readonly made_ms: number
  /** The server will never take it: its word for why; "" when its record was refused. Undefined while it waits. */
  readonly why: string | undefined
}

export interface Waiting {
  /** Ops without receipt. */
  readonly ops: number
  /** Photos and voices of saved records that the server has not acknowledged. */
  readonly photos: number
  /** The same, one by one, the oldest first. */
  readonly files: readonly WaitingFile[]
  /** Those that will never be taken, newest first; they stay here. */
  readonly aside: readonly WaitingFile[]
  /** Records of which an op or a photo is only on this device. */
  readonly subjects: readonly string[]
  readonly oldest_ms: number | undefined
  readonly rows: readonly WaitingOp[]
  readonly sending: boolean
  readonly last_contact_ms: number | undefined
  readonly last_trouble: Trouble | undefined
  /** Newest first. */
  readonly refused: readonly RefusedOp[]
}

export const NOTHING_WAITS: Waiting = {
  ops: 0,
  photos: 0,
  files: [],
  aside: [],
  subjects: [],
  oldest_ms: undefined,
  rows: [],
  sending: false,
  last_contact_ms: undefined,
  last_trouble: undefined,
  refused: [],
}

/** What waits now. A store that cannot be read is a trouble, never "nothing waits". */
export async function readWaiting(shelf: Shelf, sending: Sending): Promise<Waiting | Trouble> {
  const read = await shelf.read(['meta', 'outbox', 'photos', 'fates'], async (tx) => ({
    rows: await unsent(tx),
    photos: await waitingPhotos(tx),
    aside: await tx.objectStore('photos').index('state').getAll('aside'),
    fates: await tx.objectStore('fates').getAll(),
    contact: await meta(tx, 'contact'),
  }))
  if (isTrouble(read)) return read
  const here = [...read.rows, ...read.photos]
  const made = here.map((one) => one.made_ms)
  return {
    ops: read.rows.length,
    photos: read.photos.length,
    files: read.photos.map((row) => waitingFile(row, sending)).sort((a, b) => a.made_ms - b.made_ms),
    aside: read.aside.map((row) => waitingFile(row, sending)).sort((a, b) => b.made_ms - a.made_ms),
    subjects: [...new Set(here.map((one) => one.subject))],
    oldest_ms: made.length === 0 ? undefined : Math.min(...made),
    rows: read.rows.map(waitingOp),
    sending: sending.sending,
    last_contact_ms: read.contact?.at_ms,
    last_trouble: sending.trouble,
    refused: read.fates.map(refusedOp).sort((a, b) => b.told_ms - a.told_ms || b.seq - a.seq),
  }
}

function waitingFile({ hash, kind, size, subject, made_ms, state, why = '' }: PhotoRow, { file }: Sending): WaitingFile {
  return { hash, kind, size, subject, made_ms, sent: file?.hash === hash ? file.sent : undefined, why: state === 'aside' ? why : undefined }
}

function waitingOp({ seq, subject, kind, name, grid, made_ms }: OutboxRow): WaitingOp {
  return { seq, subject, kind, name, grid, made_ms }
}

function refusedOp({ device, seq, text, receipt, told_ms, read }: FateRow): RefusedOp {
  const { fate, about } = receipt
  // Refused at first, and let in by the town since.
  const why = fate === 'placed' ? 'let_in' : receipt.why
  // This phone wrote it; a law that has changed since then must not make it unreadable to its author.
  const { subject, name, grid, fields } = JSON.parse(text) as Op
  return { device, seq, subject, kind: subject.split('/', 1)[0] ?? '', name, grid, made_ms: told_ms, fate, why, about, told_ms, fields, read }
}

/** Notes that the author has read a refusal; it stays. */
export async function markRead(shelf: Shelf, device: string, seq: number): Promise<Trouble | undefined> {
  return shelf.write(['fates'], async (tx) => {
    const row = await tx.objectStore('fates').get([device, seq])
    if (row !== undefined) await tx.objectStore('fates').put({ ...row, read: true })
    return undefined
  })
}
