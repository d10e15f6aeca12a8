// The focus in lists of buttons: arrow keys spare presses of Tab, and a button that goes leaves its place to the next.

/** Gives the focus to the button at `index`, or the last before it, without scrolling: for when the pressed one has gone. */
export function enter(list: HTMLElement | null, index = 0): void {
  const buttons = list ? [...list.querySelectorAll<HTMLElement>('button, a')] : []
  buttons[Math.min(index, buttons.length - 1)]?.focus({ preventScroll: true })
}

/** Moves the focus among the buttons of `list`; down from outside it (the search box) enters at the top. */
export function walk(event: KeyboardEvent, list: HTMLElement | null): void {
  const buttons = list ? [...list.querySelectorAll('button')] : []
  const here = buttons.findIndex((button) => button === document.activeElement)
  const to = goal(event.key, here, buttons.length)
  const next = to === undefined ? undefined : buttons[to]
  if (!next) return
  event.preventDefault()
  next.focus()
}

function goal(key: string, here: number, count: number): number | undefined {
  if (key === 'ArrowDown') return Math.min(here + 1, count - 1)
  if (key === 'ArrowUp') return here > 0 ? here - 1 : undefined
  if (here < 0) return undefined
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  return undefined
}
