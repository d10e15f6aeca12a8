// Photos and voices at rest: sealed by a key that no script can take out. What a thief gets all the same stands in server/README.md.
import { meta, type PictureRow, type Shelf } from './shelf'
import { isTrouble, type Trouble } from './trouble'

const NONCE_BYTES = 12

/** What is sealed, and for which device's key. */
export interface Vault {
  readonly device: string
  readonly key: CryptoKey
}

/** This person's key on this device, made when first needed. */
export async function vaultOf(shelf: Shelf): Promise<Vault | Trouble> {
  const read = await shelf.read(['meta', 'keys'], async (tx) => {
    const device = (await meta(tx, 'session'))?.device ?? ''
    return { device, key: await tx.objectStore('keys').get(device) }
  })
  if (isTrouble(read)) return read
  const { device } = read
  if (read.key !== undefined) return { device, key: read.key }
  const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  // Another tab may have made one meanwhile: the first stands.
  return shelf.write(['keys'], async (tx) => {
    const key = (await tx.objectStore('keys').get(device)) ?? made
    await tx.objectStore('keys').put(key, device)
    return { device, key }
  })
}

/** Sealed with a nonce of its own; bound to the hash, so that one picture cannot stand in for another. */
export async function seal({ device, key }: Vault, hash: string, bytes: ArrayBuffer): Promise<PictureRow> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  return { hash, device, nonce, sealed: await crypto.subtle.encrypt(how(nonce, hash), key, bytes) }
}

/** The bytes as they were; a trouble when the key is gone or anything was changed. */
export async function unseal(shelf: Shelf, row: PictureRow): Promise<ArrayBuffer | Trouble> {
  const key = await shelf.read(['keys'], (tx) => tx.objectStore('keys').get(row.device))
  if (isTrouble(key)) return key
  if (key === undefined) return { trouble: 'broken', detail: 'the key of a picture is gone' }
  try {
    return await crypto.subtle.decrypt(how(row.nonce, row.hash), key, row.sealed)
  } catch {
    return { trouble: 'broken', detail: 'a picture was changed where it lay' }
  }
}

function how(nonce: Uint8Array<ArrayBuffer>, hash: string): AesGcmParams {
  return { name: 'AES-GCM', iv: nonce, additionalData: new TextEncoder().encode(hash) }
}
