// Which words of a text the other one has too, so that the eye finds them. Punctuation, blanks and case tell nothing.

export interface Run {
  readonly text: string
  readonly same: boolean
}

/** Letters and digits with where they stand. */
function told(text: string): readonly (readonly [string, number])[] {
  return Array.from(text, (char, at) => [char.toLowerCase(), at] as const).filter(([char]) => /[\p{L}\p{N}]/u.test(char))
}

/** Neighbouring characters, two by two, as the book compares wordings. */
function pairs(text: string): ReadonlySet<string> {
  const chars = told(text)
  return new Set(chars.slice(1).map(([char], at) => `${chars[at]?.[0] ?? ''}${char}`))
}

/** The text in pieces, each shared with the other text or not. */
export function runsOf(text: string, other: string): readonly Run[] {
  const theirs = pairs(other)
  const chars = told(text)
  const shared = new Set<number>()
  for (const [n, [char, at]] of chars.entries()) {
    const next = chars[n + 1]
    if (next !== undefined && theirs.has(`${char}${next[0]}`)) for (let i = at; i <= next[1]; i++) shared.add(i)
  }
  const runs: { text: string; same: boolean }[] = []
  for (const [at, char] of Array.from(text).entries()) {
    const last = runs[runs.length - 1]
    if (last?.same === shared.has(at)) last.text += char
    else runs.push({ text: char, same: shared.has(at) })
  }
  return runs
}
