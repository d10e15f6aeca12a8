// How words lie in the built phone: the keys of both languages once, then each language's sentences in that order. The build packs, the phone unpacks.

type Words = Readonly<Record<string, string>>

/** The keys behind each head, which is what stands before a key's first dot, in the order of the heads' first keys. */
function groups(words: Words): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const key of Object.keys(words)) {
    const head = key.slice(0, Math.max(key.indexOf('.'), 0))
    found.set(head, [...(found.get(head) ?? []), key])
  }
  return found
}

/** `{'a.b': …, d: …, 'a.c': …}` becomes `a:b,c;:d`. */
export function packKeys(words: Words): string {
  const tail = (head: string, key: string): string => (head === '' ? key : key.slice(head.length + 1))
  return [...groups(words)].map(([head, keys]) => `${head}:${keys.map((key) => tail(head, key)).join(',')}`).join(';')
}

/** The sentences for the keys of `order`, a line each, as their keys lie packed. Throws for a sentence that is missing or has lines. */
export function packSentences(words: Words, order: Words): string {
  const sentence = (key: string): string => {
    const text = words[key]
    if (text === undefined || text.includes('\n')) throw new Error(`the sentence of ${key} is missing or has lines`)
    return text
  }
  return [...groups(order).values()].flat().map(sentence).join('\n')
}

/** The words again, from their keys and one language's sentences. */
export function unpack(keys: string, sentences: string): Record<string, string> {
  const said = sentences.split('\n')
  const names = keys.split(';').flatMap((group) => {
    const [head = '', tails = ''] = group.split(':')
    return tails.split(',').map((tail) => (head === '' ? tail : `${head}.${tail}`))
  })
  return Object.fromEntries(names.map((name, at) => [name, said[at] ?? name]))
}
