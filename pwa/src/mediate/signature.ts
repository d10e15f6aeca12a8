// A signature drawn on glass becomes a picture on white paper: the pad's own picture is transparent, and would turn black as a photo.
import { keepPhoto, type Trouble } from '../subjects'

/** The picture behind a `data:` address; undefined when it cannot be read. */
async function onPaper(address: string): Promise<Blob | undefined> {
  const picture = new Image()
  picture.src = address
  try {
    await picture.decode()
  } catch {
    return undefined
  }
  const paper = document.createElement('canvas')
  paper.width = picture.naturalWidth
  paper.height = picture.naturalHeight
  const pen = paper.getContext('2d')
  if (!pen) return undefined
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, paper.width, paper.height)
  pen.drawImage(picture, 0, 0)
  return new Promise((resolve) => paper.toBlob((blob) => resolve(blob ?? undefined), 'image/png'))
}

/** Keeps signatures as photos: their hashes in order, undefined where nobody signed. */
export async function keepSignatures(
  addresses: readonly string[],
): Promise<{ ok: true; hashes: readonly (string | undefined)[] } | { ok: false; trouble: Trouble }> {
  const hashes: (string | undefined)[] = []
  for (const address of addresses) {
    const picture = address === '' ? undefined : await onPaper(address)
    if (!picture) {
      hashes.push(undefined)
      continue
    }
    const kept = await keepPhoto(picture)
    if (!kept.ok) return { ok: false, trouble: kept.trouble }
    hashes.push(kept.photo.hash)
  }
  return { ok: true, hashes }
}
