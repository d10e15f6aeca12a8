// A newer version of the app: noticed, told, and taken over only when the person says so. What the worker keeps is sw.ts.

/** Where the phone's app lives; nothing outside it is the worker's matter. */
const SCOPE = '/app/'
/** How often an app that stays open asks for a newer version. */
const LOOK_MS = 60 * 60 * 1000

/** Registers the service worker. `ready` is called when a newer version waits. Answers how to take it over. */
export async function watchUpdates(ready: () => void): Promise<() => void> {
  if (typeof navigator === 'undefined' || !('serviceWorker' in navigator)) return () => undefined
  const container = navigator.serviceWorker
  let isAsked = false
  container.addEventListener('controllerchange', () => {
    // Another tab took it over: this one may hold a half-filled form, so it only says so.
    if (isAsked) location.reload()
    else if (hadController) ready()
  })
  const hadController = container.controller !== null
  const registration = await registered(container)
  if (registration === undefined) return () => undefined
  watch(registration, () => {
    if (container.controller !== null) ready()
  })
  return () => {
    isAsked = true
    if (registration.waiting === null) location.reload()
    else registration.waiting.postMessage('take over')
  }
}

/** Whether a worker serves this tab: then all files of the app lie on this phone. */
export function isServedHere(): boolean {
  return 'serviceWorker' in navigator && navigator.serviceWorker.controller !== null
}

async function registered(container: ServiceWorkerContainer): Promise<ServiceWorkerRegistration | undefined> {
  try {
    return await container.register(`${SCOPE}sw.js`, { scope: SCOPE })
  } catch {
    // No worker here (a private window, an in-app browser): the app works while it is open.
    return undefined
  }
}

function watch(registration: ServiceWorkerRegistration, waits: () => void): void {
  if (registration.waiting !== null) waits()
  registration.addEventListener('updatefound', () => {
    const fresh = registration.installing
    fresh?.addEventListener('statechange', () => {
      if (fresh.state === 'installed') waits()
    })
  })
  const look = (): void => {
    registration.update().catch(() => undefined)
  }
  setInterval(look, LOOK_MS)
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) look()
  })
}
