// The county's book as an issue's pages show it: categories by name, reasons in the language spoken. What it proposes is asked elsewhere.
import type { Book } from '../subjects'
import { lang } from '../words/words'

export type Category = Book['categories'][number]

/** A domain with its leaves, as parts/Cascader takes them. */
export interface Domain {
  readonly value: string
  readonly label: string
  readonly leaves: readonly { readonly value: string; readonly label: string; readonly words: string }[]
}

/** In the language on the screen. */
export function named(one: { readonly zh: string; readonly en: string }): string {
  return lang.value === 'zh' ? one.zh : one.en
}

/** The leaf of a code; undefined without a book, and for codes the book has retired. */
export function categoryOf(book: Book | undefined, code: string): Category | undefined {
  return book?.categories.find((one) => one.code === code)
}

export function categoryName(book: Book | undefined, code: string): string {
  const leaf = categoryOf(book, code)
  return leaf ? named(leaf) : code
}

/** Without what stands in brackets: for a line in a list. */
export function briefName(book: Book | undefined, code: string): string {
  return categoryName(book, code).replace(/[（(].*[）)]$/u, '').trim()
}

/** The two levels as the cascader wants them; found by the other language's words, and by those people say, too. */
export function domainsOf(book: Book | undefined): readonly Domain[] {
  const all = book?.categories ?? []
  const said = (code: string): readonly string[] => book?.suggest.flatMap(({ category, words }) => (category === code ? words : [])) ?? []
  return all
    .filter((one) => one.parent === '')
    .map((domain) => ({
      value: domain.code,
      label: named(domain),
      leaves: all
        .filter((leaf) => leaf.parent === domain.code)
        .map((leaf) => ({ value: leaf.code, label: named(leaf), words: [leaf.zh, leaf.en, ...said(leaf.code)].join(' ') })),
    }))
}

/** The reason or the steps of a proposal in the language on the screen. */
export function reasonOf(said: { readonly reason_zh: string; readonly reason_en: string }): string {
  return lang.value === 'zh' ? said.reason_zh : said.reason_en
}
