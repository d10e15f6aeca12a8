// What the pages of waiting say, in Chinese.
export const waiting = {
  'waiting.title': '送出情况',
} as const
