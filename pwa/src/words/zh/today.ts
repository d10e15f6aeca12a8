// What the pages of today say, in Chinese.
export const today = {
  'today.hello': '您好，{name}',
} as const
