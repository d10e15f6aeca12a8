// Photos and voices on their way: read where they lie sealed, sent after the op that names them. Runs in pages and in the service worker.
import type { Holder, Net } from './net'
import { waitingPhotos } from './own'
import { serverMs } from './room'
import type { PhotoRow, Shelf } from './shelf'
import { isTrouble, type Trouble, type TroubleName } from './trouble'
import { sendWhole } from './tus'
import { unseal } from './vault'

/** What the server says of a file that it will never take, however often it comes. */
const NEVER = ['not_a_photo', 'not_a_voice', 'too_many_pixels', 'photo_too_heavy', 'too_large']
/** Troubles of the line and of the person: no other file would fare better. */
const OF_ALL: readonly TroubleName[] = ['offline', 'slow', 'busy', 'enter_again', 'not_our_server', 'not_entered']

/** Which file is on its way, and how much of it the server has. */
export interface OnItsWay {
  readonly hash: string
  readonly sent: number
}

/** Sends each file whose op has its receipt, where the last try ended. One that the server will not take does not hold up the others. */
export async function sendPhotos(
  shelf: Shelf,
  net: Net,
  holder: Holder,
  tell: (file: OnItsWay) => void = () => undefined,
): Promise<Trouble | undefined> {
  const due = await shelf.read(['photos', 'outbox', 'fates'], async (tx) => {
    const rows: { row: PhotoRow; isAside: boolean }[] = []
    for (const row of await waitingPhotos(tx)) {
      const op = await tx.objectStore('outbox').get([row.device, row.seq])
      const fate = await tx.objectStore('fates').get([row.device, row.seq])
      // What the town let in is placed.
      const isAside = fate !== undefined && fate.receipt.fate !== 'placed'
      if (isAside || op === undefined || op.receipt !== undefined) rows.push({ row, isAside })
    }
    return rows
  })
  if (isTrouble(due)) return due
  let trouble: Trouble | undefined
  for (const { row, isAside } of due) {
    const stopped = isAside ? await change(shelf, row.hash, { state: 'aside', why: '' }) : await sendOne(shelf, net, holder, row, tell)
    trouble = stopped ?? trouble
    if (stopped !== undefined && OF_ALL.includes(stopped.trouble)) return stopped
  }
  return trouble
}

async function sendOne(shelf: Shelf, net: Net, holder: Holder, row: PhotoRow, tell: (file: OnItsWay) => void): Promise<Trouble | undefined> {
  const { hash, kind, where = '' } = row
  const here = await fileHere(shelf, hash)
  if (here === undefined || isTrouble(here)) return here
  const begun = (address: string): Promise<Trouble | undefined> => change(shelf, hash, { where: address })
  const came = (sent: number): void => tell({ hash, sent })
  const stopped = await sendWhole({ net, holder, begun, came }, { hash, kind, bytes: here.bytes, where })
  if (stopped === undefined) return change(shelf, hash, { state: 'sent', where: '' })
  const why = stopped.problem?.why ?? ''
  if (NEVER.includes(why)) return change(shelf, hash, { state: 'aside', why, where: '' })
  return stopped
}

async function change(shelf: Shelf, hash: string, to: Partial<PhotoRow>): Promise<Trouble | undefined> {
  return shelf.write(['meta', 'photos'], async (tx) => {
    const row = await tx.objectStore('photos').get(hash)
    const at = to.state === 'sent' ? { sent_ms: await serverMs(tx) } : {}
    if (row !== undefined) await tx.objectStore('photos').put({ ...row, ...to, ...at })
    return undefined
  })
}

/** The photo or the voice as it lies here, or else as the server has it. */
export async function photoBlob(shelf: Shelf, net: Net, holder: Holder, hash: string): Promise<Blob | Trouble> {
  const here = await fileHere(shelf, hash)
  if (isTrouble(here)) return here
  if (here !== undefined) return new Blob([here.bytes], { type: here.row.type })
  const answer = await net.ask({ method: 'GET', path: `/files/${hash}` }, holder)
  return isTrouble(answer) ? answer : new Blob([answer.body], { type: answer.type })
}

async function fileHere(shelf: Shelf, hash: string): Promise<{ row: PhotoRow; bytes: ArrayBuffer } | undefined | Trouble> {
  const found = await shelf.read(['photos', 'pictures'], async (tx) => ({
    row: await tx.objectStore('photos').get(hash),
    picture: await tx.objectStore('pictures').get(hash),
  }))
  if (isTrouble(found) || found.row === undefined || found.picture === undefined) return isTrouble(found) ? found : undefined
  const bytes = await unseal(shelf, found.picture)
  return isTrouble(bytes) ? bytes : { row: found.row, bytes }
}
