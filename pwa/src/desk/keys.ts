// One key decides: letters that work while nobody is typing and nothing lies over the page. Which letter does what is told by the page.
import { onScopeDispose, ref } from 'vue'

/** Single letters as shortcuts; whoever dictates or trembles switches them off (WCAG 2.1.4). */
export const lettersOn = ref(true)

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement) return !['radio', 'checkbox', 'button'].includes(target.type)
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
}

/** Listens for the length of the caller's scope. */
export function onKeys(keys: () => Readonly<Record<string, () => void>>): void {
  const heard = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return
    if (document.querySelector('dialog[open]') !== null) return
    const isLetter = event.key.length === 1
    if (isLetter && (!lettersOn.value || isTyping(event.target))) return
    const act = Object.entries(keys()).find(([key]) => key === event.key)?.[1]
    if (act === undefined) return
    event.preventDefault()
    act()
  }
  document.addEventListener('keydown', heard)
  onScopeDispose(() => document.removeEventListener('keydown', heard))
}

/** Control (or Command) and Enter together, for the length of the caller's scope: sends what is being written. */
export function onCtrlEnter(send: () => void): void {
  const heard = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || document.querySelector('dialog[open]') !== null) return
    event.preventDefault()
    send()
  }
  document.addEventListener('keydown', heard)
  onScopeDispose(() => document.removeEventListener('keydown', heard))
}
