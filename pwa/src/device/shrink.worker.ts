// Shrinks photos beside the page, so that a form stays quick while a picture is worked on.
import { offscreen, shrink } from './shrink'

declare const self: DedicatedWorkerGlobalScope

self.addEventListener('message', (message: MessageEvent<{ readonly picture: Blob }>) => {
  const { picture } = message.data
  shrink(picture, offscreen).then(
    (photo) => self.postMessage({ photo }),
    (error: unknown) => self.postMessage({ error: error instanceof Error ? error.name : 'unknown' }),
  )
})
