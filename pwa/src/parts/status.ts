// What the app last had to say in passing ("Saved on this phone"); one per app, given to every page by the shell.
import { inject, shallowRef, type InjectionKey, type ShallowRef } from 'vue'

export interface Said {
  text: string
  tone: 'good' | 'info' | 'bad'
}
export interface Status {
  /** What is shown now. */
  readonly said: Readonly<ShallowRef<Said | undefined>>
  readonly say: (text: string, tone?: Said['tone']) => void
  readonly hush: () => void
}

export function makeStatus(): Status {
  const said = shallowRef<Said>()
  return {
    said,
    say: (text, tone = 'good') => (said.value = { text, tone }),
    hush: () => (said.value = undefined),
  }
}

export const statusKey: InjectionKey<Status> = Symbol('status')

/** For pages and parts inside the shell; outside of one it is a mistake in the program, and throws. */
export function useStatus(): Status {
  const status = inject(statusKey)
  if (!status) throw new Error('useStatus() needs an app that provides statusKey')
  return status
}
