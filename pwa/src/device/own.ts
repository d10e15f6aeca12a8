// Own ops and photos as they lie on the shelf, for reading: what waits, and how it will look. Making and settling them is outbox.ts.
import { stampMs } from '../sync/clock'
import type { Change, Op } from '../sync/op'
import type { OutboxRow, PhotoRow, Reading, Writing } from './shelf'

/** The op in a row of the outbox; this device wrote it, so it can be read. */
export function opOf(row: OutboxRow): Op {
  return JSON.parse(row.text) as Op
}

/** An own op as the change it will be, for folding on top of what is placed. */
export function waitingChange(row: OutboxRow): Change {
  const op = opOf(row)
  const placed_ms = row.receipt?.placed_ms ?? row.made_ms
  return { place: row.receipt?.place ?? 0, placed_ms, credited_ms: stampMs(op.stamp), role: row.role, op }
}

/** Own ops that wait for their receipt, in the order they were made. */
export async function unsent(tx: Reading | Writing): Promise<OutboxRow[]> {
  const rows = await (tx as Reading).objectStore('outbox').getAll()
  return rows.filter((row) => row.receipt === undefined)
}

/** Photos that an op names and the server has not yet acknowledged. */
export async function waitingPhotos(tx: Reading | Writing): Promise<PhotoRow[]> {
  return (tx as Reading).objectStore('photos').index('state').getAll('bound')
}

/** How much of what was laid aside, after the server was restored, waits to be offered back. */
export async function waitingOffers(tx: Reading | Writing): Promise<number> {
  return (await (tx as Reading).objectStore('offers').getAll()).filter(({ given }) => given !== true).length
}
