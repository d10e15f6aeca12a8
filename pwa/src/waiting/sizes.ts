// How large a file is, and why the server did not take one, in words.
import { t } from '../words/words'

/** 180 KB, 1.2 MB: as phones write it. */
export function sizeWords(bytes: number): string {
  if (bytes < 1024 * 1024) return `${Math.ceil(bytes / 1024)} KB`
  return `${(bytes / (1024 * 1024)).toFixed(1)} MB`
}

const WHY = {
  not_a_photo: 'waiting.aside.not_a_photo',
  not_a_voice: 'waiting.aside.not_a_voice',
  too_many_pixels: 'waiting.aside.too_many_pixels',
  photo_too_heavy: 'waiting.aside.photo_too_heavy',
  too_large: 'waiting.aside.too_large',
} as const

/** "" means that its record was refused. */
export function asideWords(why: string): string {
  return t(why in WHY ? WHY[why as keyof typeof WHY] : 'waiting.aside.op')
}
