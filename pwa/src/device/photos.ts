// Photos, signatures and voices: made small, and kept sealed until the server has them. How they are sent is files.ts, how they look is not here.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { withRoom } from './room'
import type { PhotoRow, Shelf } from './shelf'
import { MOST_PHOTO_BYTES, offscreen, shrink, type Easel } from './shrink'
import { isTrouble, type Trouble } from './trouble'
import { seal, vaultOf } from './vault'

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
  return withRoom(shelf, () => shelf.write(['photos', 'pictures'], async (tx) => {
    const photos = tx.objectStore('photos')
    const row: PhotoRow = { hash, kind, size, type: file.type, state: 'kept', made_ms: now_ms, device: '', seq: 0, grid: '', subject: '' }
    await tx.objectStore('pictures').put(picture)
    if ((await photos.getKey(hash)) === undefined) await photos.put(row)
    return { hash, bytes: size }
  }))
}

/** Takes away a photo that no op names; any other stays. */
export async function dropPhoto(shelf: Shelf, hash: string): Promise<Trouble | undefined> {
  return shelf.write(['photos', 'pictures'], async (tx) => {
    const row = await tx.objectStore('photos').get(hash)
    if (row?.state !== 'kept') return undefined
    await tx.objectStore('photos').delete(hash)
    await tx.objectStore('pictures').delete(hash)
    return undefined
  })
}

/** A small drawing of this app's, such as a signature, stays as it is; what came as a file is made anew, which also strips where it was taken. */
async function smaller(picture: Blob): Promise<Blob | Trouble> {
  if (!(picture instanceof File) && picture.type === 'image/png' && picture.size <= MOST_PHOTO_BYTES) return picture
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
