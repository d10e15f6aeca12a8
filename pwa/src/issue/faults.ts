// Leads to the first question of a form that is not answered as it must be.
import { nextTick } from 'vue'

/** Scrolls to the first field marked wrong and puts the focus into it; call it after the faults are shown. */
export async function showFirstFault(): Promise<void> {
  await nextTick()
  const field = document.querySelector<HTMLElement>('[data-invalid="true"]')
  const control = field?.querySelector<HTMLElement>('input, textarea, button, select')
  field?.scrollIntoView({ block: 'center' })
  control?.focus({ preventScroll: true })
}
