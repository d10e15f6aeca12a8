// The server's signed receipts: whether a Reply's signature fits, and how each receipt is kept so that it proves something by itself.
import { climb, receiptText, rootOf, signedText, stepsOf } from '../sync/receipt'
import type { Receipt, Reply } from '../sync/wire'
import { keysIn, type Holder, type Net } from './net'
import { each, meta, setMeta, type OutboxRow, type ReceiptKey, type ReceiptRow, type Shelf, type Writing } from './shelf'
import { isTrouble, type Trouble } from './trouble'

/** Whether a signature fits; `cannot` where this browser does not know Ed25519. */
export type Verdict = 'fits' | 'false' | 'cannot'

/** Why a Reply's receipts are not the server's own; undefined when they are, or when this browser cannot tell. */
export async function distrustReceipts(shelf: Shelf, net: Net, holder: Holder, reply: Reply): Promise<Trouble | undefined> {
  if (reply.receipts.length === 0) return undefined
  const key = await keyNamed(shelf, net, holder, reply.key)
  if (isTrouble(key)) return key
  const root = rootOf(textsOf(holder.device, reply))
  return (await verify(key, root, reply.signature)) === 'false' ? { trouble: 'not_our_server', detail: 'signature' } : undefined
}

/** The key of this id: one that is known here, or else one that the server tells now. */
async function keyNamed(shelf: Shelf, net: Net, holder: Holder, id: string): Promise<ReceiptKey | Trouble> {
  const known = await shelf.read(['meta'], (tx) => meta(tx, 'keys'))
  if (isTrouble(known)) return known
  const found = known?.find((one) => one.id === id)
  if (found !== undefined) return found
  const answer = await net.ask({ method: 'GET', path: '/keys' }, holder)
  if (isTrouble(answer)) return answer
  const told = readKeys(await answer.body.text())
  const noted = await shelf.write(['meta'], async (tx) => {
    await setMeta(tx, 'keys', told)
    return undefined
  })
  return noted ?? told.find((one) => one.id === id) ?? { trouble: 'not_our_server', detail: `no key ${id}` }
}

function readKeys(body: string): ReceiptKey[] {
  try {
    return keysIn((JSON.parse(body) as { keys?: unknown } | null)?.keys)
  } catch {
    return []
  }
}

function textsOf(device: string, reply: Reply): string[] {
  return reply.receipts.map((one) => receiptText(device, reply.epoch, one))
}

/** Whether this key signed for the receipts under this root. */
export async function verify(key: ReceiptKey, root: string, signature: string): Promise<Verdict> {
  try {
    const held = await crypto.subtle.importKey('raw', bytesOf(key.public), 'Ed25519', false, ['verify'])
    const fits = await crypto.subtle.verify('Ed25519', held, bytesOf(signature), new TextEncoder().encode(signedText(root)))
    return fits ? 'fits' : 'false'
  } catch (error) {
    // A browser that does not know the algorithm says so by this name.
    if (error instanceof DOMException && error.name === 'NotSupportedError') return 'cannot'
    return 'false'
  }
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))
}

/** Keeps the receipts of ops that this phone holds, each with its own way up to the signature. */
export async function keepReceipts(tx: Writing, device: string, reply: Reply, rows: readonly OutboxRow[], told_ms: number): Promise<void> {
  const texts = textsOf(device, reply)
  const held = new Map(rows.map((row) => [row.seq, row]))
  const kept = reply.receipts.flatMap((receipt, at): ReceiptRow[] => {
    const row = held.get(receipt.seq)
    if (row?.hash !== receipt.hash) return []
    const { seq, hash, subject, name, grid } = row
    const proof = { epoch: reply.epoch, steps: stepsOf(texts, at), key: reply.key, signature: reply.signature }
    return [{ device, seq, hash, subject, name, grid, place: receipt.place, receipt, ...proof, told_ms }]
  })
  await each(kept, (row) => tx.objectStore('receipts').put(row))
}

/** A kept receipt as text that stands alone: its lines, its way, the key's id, the signature. */
export function slipOf(row: ReceiptRow): string {
  const tail = [...row.steps, row.key, row.signature].map((line) => `${line}\n`).join('')
  return receiptText(row.device, row.epoch, row.receipt) + tail
}

/** Whether a kept receipt is the word of one of these keys. */
export async function check(row: ReceiptRow, keys: readonly ReceiptKey[]): Promise<Verdict> {
  const key = keys.find((one) => one.id === row.key)
  if (key === undefined) return 'false'
  return verify(key, climb(receiptText(row.device, row.epoch, row.receipt), row.steps), row.signature)
}

/** A kept receipt as people are shown it. */
export interface Shown {
  /** `device.seq`: the op's number for ever. */
  readonly number: string
  readonly hash: string
  readonly receipt: Receipt
  /** Whole, for a QR code. */
  readonly slip: string
  readonly verdict: Verdict
}

/** The receipt of an own op, by its number, with whether it is the server's word; undefined when this phone holds none. */
export async function shown(shelf: Shelf, device: string, seq: number): Promise<Shown | undefined | Trouble> {
  const held = await shelf.read(['receipts', 'meta'], async (tx) => {
    return { row: await tx.objectStore('receipts').get([device, seq]), keys: (await meta(tx, 'keys')) ?? [] }
  })
  if (isTrouble(held) || held.row === undefined) return isTrouble(held) ? held : undefined
  const { row, keys } = held
  return { number: `${device}.${seq}`, hash: row.hash, receipt: row.receipt, slip: slipOf(row), verdict: await check(row, keys) }
}
