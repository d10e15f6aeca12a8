// What every op bears, how it is written down, and its hash. What it may say is the law's business.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

export type Json = string | number | boolean | null | readonly Json[] | JsonMap
export type JsonMap = { readonly [name: string]: Json }

export const OP_VERSION = 1
export const MAX_OP_BYTES = 64 * 1024

/** One change that one named actor made on one device. `(device, seq)` is its identity for ever. */
export interface Op {
  readonly device: string
  /** 1, 2, 3 … per device, without gaps. */
  readonly seq: number
  /** Hash of this device's previous op; "" for its first. */
  readonly prev: string
  readonly stamp: string
  readonly actor: string
  /** 15 digits: the grid whose log it enters. */
  readonly grid: string
  /** `kind/device.seq` of the op that began the subject. */
  readonly subject: string
  /** A name of the law: `register`, `edit`, `accept` … */
  readonly name: string
  readonly fields: JsonMap
  /** Per field the stamps of the values its author looked at; they alone decide what was concurrent. */
  readonly seen: Readonly<Record<string, readonly string[]>>
  readonly v: number
}

/** An op as the server placed it in a grid's log, or (place 0) as it waits on its phone. */
export interface Change {
  readonly place: number
  readonly placed_ms: number
  readonly credited_ms: number
  /** The role its actor stood in, at `credited_ms`, in that grid. */
  readonly role: string
  readonly op: Op
}

/** The JSON text of an op. Made once, by its author's device; the hash is over exactly these bytes. */
export function writeOp(op: Op): string {
  const { device, seq, prev, stamp, actor, grid, subject, name, fields, seen, v } = op
  return JSON.stringify({ device, seq, prev, stamp, actor, grid, subject, name, fields, seen, v })
}

/** SHA-256 over the op's UTF-8 bytes as sent; 64 hexadecimal characters. */
export function opHash(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)))
}

/** The id of the subject that the op `(device, seq)` begins. Unique because that identity is. */
export function subjectId(kind: string, device: string, seq: number): string {
  return `${kind}/${device}.${seq}`
}

/** `issue` of `issue/d7k2m9.12`; the whole text if it has no slash. */
export function kindOf(subject: string): string {
  const slash = subject.indexOf('/')
  return slash < 0 ? subject : subject.slice(0, slash)
}

/** Whether two values say the same. `true` is not 1; the order of a map's names means nothing. */
export function same(left: Json, right: Json): boolean {
  if (left === right) return true
  if (isList(left) && isList(right)) {
    return left.length === right.length && left.every((one, i) => same(one, right[i] ?? null))
  }
  if (!isMap(left) || !isMap(right)) return false
  const pairs = Object.entries(left)
  const alike = pairs.length === Object.keys(right).length
  return alike && pairs.every(([name, one]) => has(right, name) && same(one, right[name] ?? null))
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

export function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a map has this name of its own; `constructor` and the like do not count. */
export function has(map: Readonly<Record<string, unknown>>, name: string): boolean {
  return Object.prototype.hasOwnProperty.call(map, name)
}

/** A text's length in code points, as Python counts it. */
export function codePoints(text: string): number {
  let pairs = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) pairs++
  }
  return text.length - pairs
}
