// The service worker: keeps the app's own files on the phone, so that it opens without a network. Records are not its matter.
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: { url: string; revision: string | null }[] }

precacheAndRoute(self.__WB_MANIFEST)
cleanupOutdatedCaches()
registerRoute(new NavigationRoute(createHandlerBoundToURL('index.html'), { allowlist: [/^\/app\//] }))

// Only when the person says so: the page asks, after it has put away what is half written.
self.addEventListener('message', (message: ExtendableMessageEvent) => {
  if (message.data === 'take over') void self.skipWaiting()
})
