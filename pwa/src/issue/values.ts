// Values of a subject as the types a page wants; a value of another type is as good as none.
import { valueOf } from '../seen'
import type { Json, Photo, Seen, Voice } from '../subjects'

export type Fields = Readonly<Record<string, Json>>

export function isMap(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `Array.isArray`, which knows no lists that may not be changed. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

/** A text, "" when there is none. */
export function textOf(seen: Seen, field: string): string {
  return asText(valueOf(seen, field))
}

export function asText(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

export function numberOf(seen: Seen, field: string): number | undefined {
  const value = valueOf(seen, field)
  return typeof value === 'number' ? value : undefined
}

export function isTrue(seen: Seen, field: string): boolean {
  return valueOf(seen, field) === true
}

/** A list of texts; what is no text is left out. */
export function textsOf(seen: Seen, field: string): readonly string[] {
  const value = valueOf(seen, field)
  return isList(value) ? value.filter((one): one is string => typeof one === 'string') : []
}

/** A list of maps; what is no map is left out. */
export function mapsOf(seen: Seen, field: string): readonly Fields[] {
  const value = valueOf(seen, field)
  return isList(value) ? value.filter(isMap) : []
}

export function mapOf(seen: Seen, field: string): Fields | undefined {
  const value = valueOf(seen, field)
  return isMap(value) ? value : undefined
}

export function photosOf(seen: Seen, field = 'photos'): readonly Photo[] {
  return mapsOf(seen, field).flatMap(({ hash, bytes }) =>
    typeof hash === 'string' && typeof bytes === 'number' ? [{ hash, bytes }] : [],
  )
}

export function voicesOf(seen: Seen): readonly Voice[] {
  return mapsOf(seen, 'voices').flatMap(({ hash, bytes, ms }) =>
    typeof hash === 'string' && typeof bytes === 'number' && typeof ms === 'number' ? [{ hash, bytes, ms }] : [],
  )
}

/** Length as the law counts it: in code points. */
export function lengthOf(text: string): number {
  return Array.from(text).length
}

/** The first so many code points. */
export function cut(text: string, most: number): string {
  return Array.from(text).slice(0, most).join('')
}
