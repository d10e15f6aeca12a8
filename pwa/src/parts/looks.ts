// How this person wants the screen: language and print size. Where that is remembered is the caller's business.
import { ref, watch } from 'vue'
import { lang, speak } from '../words/words'

/** Large print is on. */
export const large = ref(false)

export interface Memory {
  /** The value remembered under a name, or null. */
  read(name: string): string | null
  write(name: string, value: string): void
}

/** Called once by an app's entry, before it mounts: puts back the looks of last time, then keeps every change. */
export async function keepLooks(memory: Memory): Promise<void> {
  large.value = memory.read('print') === 'large'
  // A screen in Chinese is better than none, when the English words cannot be fetched.
  if (memory.read('lang') === 'en') await speak('en').catch(() => undefined)
  watch(large, (on) => {
    document.documentElement.classList.toggle('large', on)
    memory.write('print', on ? 'large' : 'normal')
  }, { immediate: true })
  watch(lang, (now) => {
    document.documentElement.lang = now === 'zh' ? 'zh-CN' : 'en'
    memory.write('lang', now)
  }, { immediate: true })
}
