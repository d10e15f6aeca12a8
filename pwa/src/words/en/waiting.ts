// What the pages of waiting say, in English.
import type { waiting as zh } from '../zh/waiting'

export const waiting: Readonly<Record<keyof typeof zh, string>> = {
  'waiting.title': '送出情况',
}
