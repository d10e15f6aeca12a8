// What a page may say and what it hears back; turned into what the device makes ops of. Nothing is sent or stored here.
import type { Intent, Made, New } from './device/outbox'
import type { Photo } from './device/photos'
import { isTrouble, type Trouble } from './device/trouble'
import type { Refusal } from './sync/admit'

/** What is said: on `subject`, or else beginning a subject of `kind`. */
export interface What {
  readonly subject?: string | New
  readonly kind?: string
  /** 15 digits: in whose log it goes. */
  readonly grid: string
  /** Values by the law; `theNew(n)` may stand wherever a subject id may. What is undefined is left out. */
  readonly fields: Readonly<Record<string, unknown>>
  /** What the form showed: `seenOf(shape, fields)`, taken when it opened. */
  readonly seen?: Readonly<Record<string, readonly string[]>>
  /** Photos from `keepPhoto`: they fill the field `photos`, and follow once the op has its receipt. */
  readonly photos?: readonly Photo[]
  /** Voices from `keepVoice`: the same, for the field `voices`. */
  readonly voices?: readonly Voice[]
  /** A link from `newLink`: it fills `link_hash`, and its token stays here so that the QR code works offline. */
  readonly link?: Link
  /** Key of the draft that goes in the same write that saves the op. */
  readonly draft?: string
}

/** A voice as records bear it, with how long it is. */
export interface Voice extends Photo {
  readonly ms: number
}

export interface SaidOne {
  readonly subject: string
  readonly stamp: string
  readonly seq: number
}

/** Durable on this device; or the law's no, with nothing written; or a trouble, with nothing written. */
export type Said =
  | ({ readonly ok: true } & SaidOne)
  | { readonly ok: false; readonly refusal: Refusal; readonly trouble?: undefined }
  | { readonly ok: false; readonly trouble: Trouble; readonly refusal?: undefined }

/** The same for several at once: all or none. `at` is the place of the one that the law refuses. */
export type SaidAll =
  | { readonly ok: true; readonly said: readonly SaidOne[] }
  | { readonly ok: false; readonly at: number; readonly refusal: Refusal; readonly trouble?: undefined }
  | { readonly ok: false; readonly trouble: Trouble; readonly refusal?: undefined }

export interface Saying {
  readonly name: string
  readonly what: What
}

/** A resident's link: the address ends in the token, the op carries only its hash. */
export interface Link {
  /** 22 characters of base64url: 128 random bits. */
  readonly token: string
  /** SHA-256 of the token's characters, in hexadecimal. */
  readonly hash: string
}

/** The id of the subject that the n-th op of the same list begins, before it has one. May point forward. */
export function theNew(place: number): New {
  return { '@new': place }
}

/** What the device is asked to make. */
export function intentOf({ name, what }: Saying): Intent {
  const { subject, kind, grid, seen, photos, voices, link, draft } = what
  const pictures = photos !== undefined && photos.length > 0 ? { photos: photos.map(({ hash, bytes }) => ({ hash, bytes })) } : {}
  const sounds = voices !== undefined && voices.length > 0 ? { voices: voices.map(({ hash, bytes, ms }) => ({ hash, bytes, ms })) } : {}
  return {
    ...{ name, grid, fields: { ...what.fields, ...pictures, ...sounds, ...(link ? { link_hash: link.hash } : {}) } },
    ...(subject === undefined ? {} : { subject }),
    ...(kind === undefined ? {} : { kind }),
    ...(seen === undefined ? {} : { seen }),
    ...(link === undefined ? {} : { token: link.token }),
    ...(draft === undefined ? {} : { draft }),
  }
}

/** What the page hears. */
export function saidAll(made: Made | Trouble): SaidAll {
  if (isTrouble(made)) return { ok: false, trouble: made }
  return 'refusal' in made ? { ok: false, ...made } : { ok: true, said: made.made }
}

/** What the page hears of a single one. */
export function saidOne(made: Made | Trouble): Said {
  const all = saidAll(made)
  if (!all.ok) return all
  const [only] = all.said
  if (only === undefined) throw new Error('one was said, none was made')
  return { ok: true, ...only }
}
