// The service worker: keeps the app's own files on the phone, so that it opens without a network, and sends what a closed page left.
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'
import { SEND, sendBehind } from './behind'

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: { url: string; revision: string | null }[] }

precacheAndRoute(self.__WB_MANIFEST)
cleanupOutdatedCaches()
registerRoute(new NavigationRoute(createHandlerBoundToURL('index.html'), { allowlist: [/^\/app\//] }))

// Only when the person says so: the page asks, after it has put away what is half written.
self.addEventListener('message', (message: ExtendableMessageEvent) => {
  if (message.data === 'take over') void self.skipWaiting()
})

// The network is back. What fails, the browser tries again by itself.
self.addEventListener('sync', (event) => {
  const waking = event as ExtendableEvent & { readonly tag: string }
  if (waking.tag !== SEND) return
  const sent = sendBehind(() => Date.now()).then((isLeft) => {
    if (isLeft) throw new Error('something still waits')
  })
  waking.waitUntil(sent)
})
