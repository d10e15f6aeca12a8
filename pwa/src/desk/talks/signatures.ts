// Signatures drawn at the desk are kept like its photos.
import { onPaper } from '../../mediate/paper'
import { isTrouble, keepPhoto, type Trouble } from '../../subjects_desk'

/** Their hashes in order; "" for what could not be read. */
export async function keepDrawn(drawn: readonly string[]): Promise<readonly string[] | Trouble> {
  const hashes: string[] = []
  for (const address of drawn) {
    const picture = await onPaper(address)
    const kept = picture === undefined ? undefined : await keepPhoto(picture)
    if (kept !== undefined && isTrouble(kept)) return kept
    hashes.push(kept?.hash ?? '')
  }
  return hashes
}
