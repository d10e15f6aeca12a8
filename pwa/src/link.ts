// A resident's link is made here; what an address looks like and where its token is kept is told elsewhere.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Link } from './saying'

/** A fresh link that nobody can guess. */
export function newLink(): Link {
  const bits = crypto.getRandomValues(new Uint8Array(16))
  const token = btoa(String.fromCharCode(...bits)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  return { token, hash: bytesToHex(sha256(utf8ToBytes(token))) }
}
