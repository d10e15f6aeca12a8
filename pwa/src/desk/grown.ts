// Looks again when the server says that a log has grown: soon, and once for many nudges that come together.
import { onScopeDispose } from 'vue'
import { onGrown } from '../subjects_desk'

/** A county writes many ops a minute, each of them a nudge for its desk. */
const APART_MS = 2_000

/** Looks again while the scope lives, at most once in two seconds, and not while nobody sees it. */
export function whenGrown(look: () => void): void {
  let looked_ms = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const now = (): void => {
    timer = undefined
    looked_ms = Date.now()
    if (!document.hidden) look()
  }
  const stop = onGrown(() => {
    timer ??= setTimeout(now, Math.max(0, looked_ms + APART_MS - Date.now()))
  })
  onScopeDispose(() => {
    stop()
    clearTimeout(timer)
  })
}
