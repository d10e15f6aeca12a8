// Photos, signatures and voices: made small, kept sealed until the server has them, sent after the op that names them. How they look is not here.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { Holder, Net } from './net'
import { waitingPhotos } from './own'
import type { PhotoRow, Shelf, Writing } from './shelf'
import { MOST_PHOTO_BYTES, offscreen, shrink, type Easel } from './shrink'
import { isTrouble, type Trouble, type TroubleName } from './trouble'
import { sendWhole } from './tus'
import { seal, unseal, vaultOf } from './vault'

/** How long a photo stays here after the server has it, so that the record can be looked at without a network. */
const STAYS_MS = 14 * 24 * 60 * 60 * 1000
/** How long a worker may take over one picture. */
const PATIENCE_MS = 30_000

export interface Photo {
  readonly hash: string
  readonly bytes: number
}

/** Makes a picture small and keeps it. Resolves when it is durable. */
export async function keepPhoto(shelf: Shelf, picture: Blob, now_ms: number): Promise<Photo | Trouble> {
  const small = await smaller(picture)
  return isTrouble(small) ? small : keepBytes(shelf, small, now_ms)
}

/** Keeps bytes as they are. The same bytes twice are one file. Resolves when they are durable. */
export async function keepBytes(shelf: Shelf, file: Blob, now_ms: number, kind: PhotoRow['kind'] = 'photo'): Promise<Photo | Trouble> {
  const bytes = await file.arrayBuffer()
  const hash = bytesToHex(sha256(new Uint8Array(bytes)))
  const size = bytes.byteLength
  const vault = await vaultOf(shelf)
  if (isTrouble(vault)) return vault
  // Before the transaction: a transaction may wait for nothing but itself.
  const picture = await seal(vault, hash, bytes)
  return shelf.write(['photos', 'pictures'], async (tx) => {
    const photos = tx.objectStore('photos')
    const row: PhotoRow = { hash, kind, size, type: file.type, state: 'kept', made_ms: now_ms, device: '', seq: 0, grid: '', subject: '' }
    await tx.objectStore('pictures').put(picture)
    if ((await photos.getKey(hash)) === undefined) await photos.put(row)
    return { hash, bytes: size }
  })
}

/** Takes away a photo that no op names; any other stays. */
export async function dropPhoto(shelf: Shelf, hash: string): Promise<Trouble | undefined> {
  return shelf.write(['photos', 'pictures'], async (tx) => {
    const row = await tx.objectStore('photos').get(hash)
    if (row?.state === 'kept') await remove(tx, hash)
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

async function remove(tx: Writing, hash: string): Promise<void> {
  await tx.objectStore('photos').delete(hash)
  await tx.objectStore('pictures').delete(hash)
}

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
      const isAside = (await tx.objectStore('fates').getKey([row.device, row.seq])) !== undefined
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
  return shelf.write(['photos'], async (tx) => {
    const row = await tx.objectStore('photos').get(hash)
    if (row !== undefined) await tx.objectStore('photos').put({ ...row, ...to })
    return undefined
  })
}

/** Makes room: photos that the server has had for long. Others are never taken away. */
export async function clearSentPhotos(shelf: Shelf, now_ms: number): Promise<Trouble | undefined> {
  return shelf.write(['photos', 'pictures'], async (tx) => {
    for (const row of await tx.objectStore('photos').index('state').getAll('sent')) {
      if (row.made_ms + STAYS_MS < now_ms) await remove(tx, row.hash)
    }
    return undefined
  })
}

/** A small drawing, such as a signature, stays as it is; a photo is made anew, which also strips where it was taken. */
async function smaller(picture: Blob): Promise<Blob | Trouble> {
  if (picture.type === 'image/png' && picture.size <= MOST_PHOTO_BYTES) return picture
  try {
    return await inWorker(picture)
  } catch {
    return onPage(picture)
  }
}

async function onPage(picture: Blob): Promise<Blob | Trouble> {
  try {
    return await shrink(picture, typeof OffscreenCanvas === 'undefined' ? onScreen : offscreen)
  } catch (error) {
    return { trouble: 'not_a_picture', detail: error instanceof Error ? error.message : '' }
  }
}

/** One worker for one picture: it is gone with its memory when the picture is done. */
function inWorker(picture: Blob): Promise<Blob> {
  const worker = new Worker(new URL('./shrink.worker.ts', import.meta.url), { type: 'module' })
  return new Promise<Blob>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the worker took too long')), PATIENCE_MS)
    worker.addEventListener('error', () => reject(new Error('no worker here')))
    worker.addEventListener('message', (message: MessageEvent<{ readonly photo?: Blob; readonly error?: string }>) => {
      clearTimeout(timer)
      const { photo, error } = message.data
      if (photo === undefined) reject(new Error(error ?? 'no photo'))
      else resolve(photo)
    })
    worker.postMessage({ picture })
  }).finally(() => worker.terminate())
}

/** An easel for browsers that paint only on a page. */
function onScreen(width: number, height: number): Easel {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('this browser paints nothing')
  return {
    paint(picture) {
      context.fillStyle = '#fff'
      context.fillRect(0, 0, width, height)
      context.drawImage(picture, 0, 0, width, height)
    },
    encode: (quality) =>
      new Promise((resolve, reject) => {
        const done = (photo: Blob | null): void => (photo === null ? reject(new Error('no photo')) : resolve(photo))
        canvas.toBlob(done, 'image/jpeg', quality)
      }),
  }
}
