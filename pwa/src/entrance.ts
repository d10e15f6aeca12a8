// The part of the phone's one door that is needed before anybody has entered: who is in, entering, updates. Records are in subjects.ts.
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { Device } from './device/device'
import { watchInstall } from './device/install'
import type { Trouble } from './device/trouble'
import { watchUpdates } from './device/update'
import { Present, type SessionDoor } from './present'

export type { Trouble } from './device/trouble'
export { looksMemory } from './device/looks'
export { isServedHere } from './device/update'

// The values of their kind in the whole app: one phone, one person, one store.
export const phone = new Device('phone', async () => (await import('./device/placed')).gridLog)
export const present = new Present(phone)
const updateReady = ref(false)
const install = shallowRef<() => Promise<void>>()
let takeOver: () => void = () => undefined

/** Opens the store of the person who was in last, and begins to listen to phone and network. Once, before anything is shown. */
export async function startPhone(): Promise<Trouble | undefined> {
  watchInstall((offer) => {
    install.value = offer
  })
  void watchUpdates(() => {
    updateReady.value = true
  }).then((take) => {
    takeOver = take
  })
  return present.start()
}

export function useSession(): SessionDoor {
  return present.door
}

/** Whether a newer version of the app waits, and how to take it over: drafts are put away first. */
export function useUpdate(): { readonly ready: Ref<boolean>; readonly apply: () => Promise<void> } {
  const apply = async (): Promise<void> => {
    await phone.seat?.drafts.flush()
    takeOver()
  }
  return { ready: updateReady, apply }
}

/** The browser's offer to put the app on the home screen, while there is one. */
export function useInstall(): { readonly offer: ShallowRef<(() => Promise<void>) | undefined> } {
  return { offer: install }
}
