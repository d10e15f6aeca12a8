// Signatures drawn on glass are kept as photos.
import { keepPhoto, type Trouble } from '../subjects'
import { onPaper } from './paper'

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
