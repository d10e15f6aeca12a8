// The app on the phone's home screen, and a store the browser may not clear away by itself. Both are offers of the browser, not rights.

/** Chromium's offer to install; other browsers make none. */
interface InstallOffer extends Event {
  prompt(): Promise<unknown>
}

function isOffer(event: Event): event is InstallOffer {
  return 'prompt' in event && typeof event.prompt === 'function'
}

/** Calls `offered` when the browser offers to install, with what to call when the person wants it; and with undefined once it is done. */
export function watchInstall(offered: (install: (() => Promise<void>) | undefined) => void): void {
  if (typeof window === 'undefined') return
  window.addEventListener('beforeinstallprompt', (event) => {
    if (!isOffer(event)) return
    event.preventDefault()
    offered(async () => {
      await event.prompt()
      offered(undefined)
    })
  })
  window.addEventListener('appinstalled', () => offered(undefined))
}

/** Asks the browser not to clear this app's store when the phone runs short of room. Answers whether it promised. */
export async function askToStay(): Promise<boolean> {
  if (typeof navigator === 'undefined' || !('storage' in navigator)) return false
  try {
    return await navigator.storage.persist()
  } catch {
    return false
  }
}
