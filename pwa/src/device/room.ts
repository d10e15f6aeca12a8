// Room on the phone: what the server has is let go of when no backup can lack it any more, or sooner where nothing else would fit.
import { meta, type PhotoRow, type Reading, type Shelf, type Writing } from './shelf'
import { isTrouble, type Trouble } from './trouble'

/** How long a photo stays here after the server has it: the backup that it may be restored from is no older. */
const STAYS_MS = 35 * 24 * 60 * 60 * 1000
/** So much is kept free for what a day brings. */
const ROOM_BYTES = 64 * 1024 * 1024

/** The server's time as it was at the last contact: the clock here may be a year ahead. 0 before the first. */
export async function serverMs(tx: Reading | Writing): Promise<number> {
  const contact = await meta(tx, 'contact')
  return contact === undefined ? 0 : contact.at_ms - contact.skew_ms
}

/** Lets go of photos that the server has had for long, and of younger ones, the oldest first, while room is short. No other is ever taken away. */
export async function clearSentPhotos(shelf: Shelf): Promise<Trouble | undefined> {
  const freed = await letGo(shelf, ROOM_BYTES - (await roomLeft()))
  return isTrouble(freed) ? freed : undefined
}

/** Saves; once more without the oldest sent photos, where they left no room for it. */
export async function withRoom<T extends object>(shelf: Shelf, save: () => Promise<T | Trouble>): Promise<T | Trouble> {
  const saved = await save()
  if (!isTrouble(saved) || saved.trouble !== 'full') return saved
  const freed = await letGo(shelf, ROOM_BYTES)
  return isTrouble(freed) || freed.bytes === 0 ? saved : save()
}

async function letGo(shelf: Shelf, least: number): Promise<{ readonly bytes: number } | Trouble> {
  return shelf.write(['meta', 'photos', 'pictures'], async (tx) => {
    const [photos, old_ms] = [tx.objectStore('photos'), (await serverMs(tx)) - STAYS_MS]
    let bytes = 0
    for (const row of (await photos.index('state').getAll('sent')).sort((a, b) => sentMs(a) - sentMs(b))) {
      if (bytes >= least && sentMs(row) > old_ms) break
      await photos.delete(row.hash)
      await tx.objectStore('pictures').delete(row.hash)
      bytes += row.size
    }
    return { bytes }
  })
}

const sentMs = ({ sent_ms, made_ms }: PhotoRow): number => sent_ms ?? made_ms

/** What the browser says is left to this app; without end where it says nothing. */
async function roomLeft(): Promise<number> {
  const storage = typeof navigator === 'undefined' ? undefined : (navigator as { readonly storage?: StorageManager }).storage
  const { quota, usage } = (await storage?.estimate()) ?? {}
  return quota === undefined || usage === undefined ? Infinity : quota - usage
}
