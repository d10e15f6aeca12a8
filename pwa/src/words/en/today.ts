// What the pages of today say, in English.
import type { today as zh } from '../zh/today'

export const today: Readonly<Record<keyof typeof zh, string>> = {
  'today.hello': '您好，{name}',
}
