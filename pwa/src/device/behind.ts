// Sending goes on when no page is open: the page asks the browser to wake the service worker, which sends in turn with every page.
import { ELSEWHERE, exchange } from './exchange'
import { sendPhotos } from './files'
import { inTurn, Net } from './net'
import { unsent, waitingPhotos } from './own'
import { comeBack, sessionOf } from './session'
import type { Session, Shelf } from './shelf'
import { Tabs } from './tabs'
import { isTrouble, type Trouble, type TroubleName } from './trouble'

/** By this name the browser wakes the worker. */
export const SEND = 'sulaiban-send'
/** Worth another try by itself; whatever else stands in the way needs a person, or the open app. */
const PASSING: readonly TroubleName[] = ['offline', 'slow', 'busy', 'server', 'not_our_server']

/** A browser that can wake the worker when the network is back. */
interface Waking extends ServiceWorkerRegistration {
  readonly sync?: { register(tag: string): Promise<void> }
}

/** Asks for it. Where a browser cannot, what waits goes when the app is next open, as ever. */
export async function goOnWithoutPage(): Promise<void> {
  if (typeof navigator === 'undefined' || !('serviceWorker' in navigator)) return
  try {
    const registration: Waking | undefined = await navigator.serviceWorker.getRegistration()
    await registration?.sync?.register(SEND)
  } catch {
    // Not allowed here, or the worker has just gone.
  }
}

/** Sends what the person who is in has left waiting. Answers whether the browser shall wake us once more. */
export async function sendBehind(now: () => number): Promise<boolean> {
  const shelf = await comeBack('phone')
  if (shelf === undefined || isTrouble(shelf)) return false
  try {
    // A page that is open sends meanwhile; when our turn comes there may be nothing left.
    const trouble = await inTurn(`sulaiban-outbox-${shelf.name}`, () => send(shelf, now))
    return trouble !== undefined && PASSING.includes(trouble.trouble)
  } finally {
    await shelf.close()
  }
}

async function send(shelf: Shelf, now: () => number): Promise<Trouble | undefined> {
  const session = await sessionOf(shelf)
  if (session === undefined || isTrouble(session)) return session
  const waits = await shelf.read(['outbox', 'photos'], async (tx) => ({ ops: (await unsent(tx)).length, files: (await waitingPhotos(tx)).length }))
  if (isTrouble(waits)) return waits
  if (waits.ops + waits.files === 0) return undefined
  const tabs = new Tabs(shelf.name)
  try {
    return await sendAll(shelf, session, tabs, now, waits.ops)
  } finally {
    tabs.tell({ rest: true })
    tabs.close()
  }
}

async function sendAll(shelf: Shelf, session: Session, tabs: Tabs, now: () => number, ops: number): Promise<Trouble | undefined> {
  const net = new Net()
  if (ops > 0) {
    const applied = await exchange(shelf, net, ELSEWHERE, now, ({ subjects }) => tabs.tell({ subjects }))
    if (isTrouble(applied)) return applied
  }
  return sendPhotos(shelf, net, session)
}
