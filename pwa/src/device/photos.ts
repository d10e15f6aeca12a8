// Photos and signatures: made small, kept until the server has them, sent after the op that names them. How they look is not here.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { Holder, Net } from './net'
import { waitingPhotos } from './own'
import type { PhotoRow, Shelf, Writing } from './shelf'
import { MOST_PHOTO_BYTES, offscreen, shrink, type Easel } from './shrink'
import { isTrouble, type Trouble } from './trouble'

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

/** Keeps bytes as they are. The same bytes twice are one photo. */
export async function keepBytes(shelf: Shelf, picture: Blob, now_ms: number): Promise<Photo | Trouble> {
  const bytes = await picture.arrayBuffer()
  const hash = bytesToHex(sha256(new Uint8Array(bytes)))
  const size = bytes.byteLength
  return shelf.write(['photos', 'pictures'], async (tx) => {
    const photos = tx.objectStore('photos')
    const row: PhotoRow = { hash, size, type: picture.type, state: 'kept', made_ms: now_ms, device: '', seq: 0, grid: '', subject: '' }
    await tx.objectStore('pictures').put({ hash, bytes })
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

/** The photo as it lies here, or else as the server has it. */
export async function photoBlob(shelf: Shelf, net: Net, holder: Holder, hash: string): Promise<Blob | Trouble> {
  const here = await pictureHere(shelf, hash)
  if (here !== undefined) return here
  const answer = await net.ask({ method: 'GET', path: `/photos/${hash}` }, holder)
  return isTrouble(answer) ? answer : new Blob([answer.body], { type: answer.type })
}

async function pictureHere(shelf: Shelf, hash: string): Promise<Blob | undefined | Trouble> {
  return shelf.read(['photos', 'pictures'], async (tx) => {
    const row = await tx.objectStore('photos').get(hash)
    const picture = await tx.objectStore('pictures').get(hash)
    return row === undefined || picture === undefined ? undefined : new Blob([picture.bytes], { type: row.type })
  })
}

async function remove(tx: Writing, hash: string): Promise<void> {
  await tx.objectStore('photos').delete(hash)
  await tx.objectStore('pictures').delete(hash)
}

/** Sends each photo whose op has its receipt. One that the server will not take does not hold up the others. */
export async function sendPhotos(shelf: Shelf, net: Net, holder: Holder): Promise<Trouble | undefined> {
  const due = await shelf.read(['photos', 'outbox', 'fates'], async (tx) => {
    const rows: { hash: string; isAside: boolean }[] = []
    for (const { hash, device, seq } of await waitingPhotos(tx)) {
      const op = await tx.objectStore('outbox').get([device, seq])
      const isAside = (await tx.objectStore('fates').getKey([device, seq])) !== undefined
      if (isAside || op === undefined || op.receipt !== undefined) rows.push({ hash, isAside })
    }
    return rows
  })
  if (isTrouble(due)) return due
  let trouble: Trouble | undefined
  for (const { hash, isAside } of due) {
    const stopped = isAside ? await move(shelf, hash, 'aside') : await sendOne(shelf, net, holder, hash)
    trouble = stopped ?? trouble
    if (stopped !== undefined && stopped.trouble !== 'refused_by_server') return stopped
  }
  return trouble
}

async function sendOne(shelf: Shelf, net: Net, holder: Holder, hash: string): Promise<Trouble | undefined> {
  const body = await pictureHere(shelf, hash)
  if (body === undefined || isTrouble(body)) return body
  const answer = await net.ask({ method: 'PUT', path: `/photos/${hash}`, body, headers: { 'Content-Type': body.type } }, holder)
  return isTrouble(answer) ? answer : move(shelf, hash, 'sent')
}

async function move(shelf: Shelf, hash: string, state: 'aside' | 'sent'): Promise<Trouble | undefined> {
  return shelf.write(['photos'], async (tx) => {
    const row = await tx.objectStore('photos').get(hash)
    if (row !== undefined) await tx.objectStore('photos').put({ ...row, state })
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
