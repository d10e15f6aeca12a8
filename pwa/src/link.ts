// A resident's link is made here; what an address looks like and where its token is kept is told elsewhere.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Session } from './present'
import type { Link } from './saying'

/** A fresh link that nobody can guess. */
export function newLink(): Link {
  const bits = crypto.getRandomValues(new Uint8Array(16))
  const token = btoa(String.fromCharCode(...bits)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  return { token, hash: bytesToHex(sha256(utf8ToBytes(token))) }
}

/** By what a matter of another system is known again: its number there. */
export function sourceHash(system: string, no: string): string {
  return bytesToHex(sha256(utf8ToBytes(`sulaiban source 1\n${system}\n${no}\n`)))
}

const MAC = 12

/** The token with the phone's own word for it: by that the server knows a genuine slip whose matter never reached it. */
export function slipOf(issue: string, token: string, session: Session | undefined): string {
  const id = issue.slice(issue.indexOf('/') + 1)
  if (session?.mark === undefined || !id.startsWith(`${session.device}.`)) return token
  const said = sha256(utf8ToBytes(`sulaiban slip 1\n${session.mark}\n${id}\n${token}\n`))
  return `${token}.${id}.${bytesToHex(said).slice(0, MAC)}`
}
