// Looks whether this phone can do what the app needs: each ability is tried, not guessed from the browser's name.
import { deleteDB, openDB } from 'idb'

export type Ability = 'offline' | 'store' | 'stay' | 'turns' | 'picture' | 'server'

export interface Check {
  readonly ability: Ability
  readonly works: boolean
  /** For whoever helps by phone, in English. */
  readonly detail: string
}

const WAIT_MS = 8_000
const TRIAL = 'sulaiban-selftest'

const TRIALS: Readonly<Record<Ability, () => Promise<string>>> = { offline, store, stay, turns, picture, server }

/** Tries everything, at the same time. */
export async function selftest(): Promise<readonly Check[]> {
  const abilities = Object.keys(TRIALS) as Ability[]
  return Promise.all(
    abilities.map(async (ability): Promise<Check> => {
      try {
        return { ability, works: true, detail: await inTime(TRIALS[ability]()) }
      } catch (error) {
        return { ability, works: false, detail: error instanceof Error ? error.message : String(error) }
      }
    }),
  )
}

async function inTime(trial: Promise<string>): Promise<string> {
  const late = new Promise<never>((_, refuse) => {
    setTimeout(() => refuse(new Error(`no answer in ${WAIT_MS} ms`)), WAIT_MS)
  })
  return Promise.race([trial, late])
}

/** The app's files are kept here and answer without a network. */
async function offline(): Promise<string> {
  if (!('serviceWorker' in navigator)) throw new Error('no service worker')
  const registration = await navigator.serviceWorker.getRegistration('/app/')
  if (!registration?.active) throw new Error('no active service worker')
  const kept = await caches.match('/app/index.html', { ignoreSearch: true })
  if (!kept) throw new Error('the first page is not kept')
  return 'service worker active'
}

/** What is written is on the disk when the store says so. */
async function store(): Promise<string> {
  const db = await openDB(TRIAL, 1, { upgrade: (fresh) => void fresh.createObjectStore('trial') })
  const begun = performance.now()
  const tx = db.transaction('trial', 'readwrite', { durability: 'strict' })
  await tx.store.put('written', 'key')
  await tx.done
  const took = Math.round(performance.now() - begun)
  const found: unknown = await db.get('trial', 'key')
  db.close()
  await deleteDB(TRIAL)
  if (found !== 'written') throw new Error('what was written is not there')
  return `written in ${took} ms`
}

/** The browser promised not to clear the store by itself. */
async function stay(): Promise<string> {
  if (await navigator.storage.persisted()) return 'persistent'
  if (await navigator.storage.persist()) return 'persistent now'
  throw new Error('not persistent')
}

/** Two windows of the app can take turns and hear each other. */
async function turns(): Promise<string> {
  if (!('locks' in navigator)) throw new Error('no locks')
  if (typeof BroadcastChannel === 'undefined') throw new Error('no broadcast channel')
  return navigator.locks.request(TRIAL, () => 'locks')
}

/** A picture can be made small here. */
async function picture(): Promise<string> {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 8
  const blob = await new Promise<Blob | null>((made) => {
    canvas.toBlob(made, 'image/jpeg')
  })
  if (blob === null) throw new Error('no JPEG from the canvas')
  const bitmap = await createImageBitmap(blob)
  bitmap.close()
  return typeof OffscreenCanvas === 'undefined' ? 'on the page' : 'in a worker'
}

/** Our server answers. */
async function server(): Promise<string> {
  const begun = performance.now()
  const response = await fetch('/health', { cache: 'no-store' })
  const { version } = (await response.json()) as { version?: unknown }
  if (!response.ok || typeof version !== 'string') throw new Error(`status ${response.status}`)
  return `version ${version} in ${Math.round(performance.now() - begun)} ms`
}
