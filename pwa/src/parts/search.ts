// Finds items of a list by the words typed over it; for lists that are wholly on the phone.

/** Those that hold every word of `typed`, in their own order; all of them when nothing is typed. */
export function matching<T>(items: readonly T[], typed: string, textOf: (item: T) => string): readonly T[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return items
  return items.filter((item) => {
    const text = textOf(item).toLowerCase()
    return words.every((word) => text.includes(word))
  })
}
