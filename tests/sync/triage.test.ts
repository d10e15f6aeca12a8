// The phone proposes and suggests what the Python core wrote into the vectors, and reads the same facts.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { factKinds, type Book, type Condition, type FactValue, type Facts } from '../../pwa/src/sync/rules/book'
import { dangerHints, factsFromText, suggest, type Hint, type Suggestion } from '../../pwa/src/sync/rules/suggest'
import { explain, holds, propose, type Proposal, type Step } from '../../pwa/src/sync/rules/triage'

interface Random {
  readonly facts: Facts
  readonly proposal: Partial<Proposal>
  readonly outcomes: Readonly<Record<string, string>>
}

interface Vectors {
  readonly book: Book
  readonly firing: readonly {
    readonly rule: string
    readonly facts: Facts
    readonly proposal: Proposal
    readonly steps: readonly Step[]
  }[]
  readonly conditions: readonly {
    readonly condition: Condition
    readonly stated: readonly { readonly value: FactValue; readonly holds: boolean }[]
    readonly unstated: boolean
  }[]
  readonly random: readonly Random[]
  readonly orders: readonly (Random & { readonly order: readonly string[] })[]
  readonly texts: readonly {
    readonly text: string
    readonly suggestions: readonly Suggestion[]
    readonly hints: readonly Hint[]
    readonly facts: Readonly<Record<string, FactValue>>
  }[]
}

const { book, firing, conditions, random, orders, texts } = JSON.parse(
  readFileSync(new URL('../vectors/triage.json', import.meta.url), 'utf8'),
) as Vectors

function sameAs(table: Book, { facts, proposal, outcomes }: Random): void {
  expect({ facts, ...propose(table, facts) }).toMatchObject({ facts, ...proposal })
  const told = explain(table, facts).filter(({ outcome }) => outcome !== 'not_met' && outcome !== 'not_read')
  expect(Object.fromEntries(told.map(({ rule, outcome }) => [rule, outcome]))).toEqual(outcomes)
}

describe('triage', () => {
  it.each(firing)('$rule fires on its own case, with the same words and the same explanation', (one) => {
    expect(propose(book, one.facts)).toEqual(one.proposal)
    expect(explain(book, one.facts)).toEqual(one.steps)
    expect(one.proposal.fired).toContain(one.rule)
  })

  it('every row of the book has a case', () => {
    expect(firing.map((one) => one.rule)).toEqual(book.triage.map((rule) => rule.id))
  })

  it.each(conditions)('$condition holds for the same values', ({ condition, stated, unstated }) => {
    for (const one of stated) expect([one.value, holds(condition, { it: one.value })]).toEqual([one.value, one.holds])
    expect(holds(condition, {})).toBe(unstated)
  })

  it('500 random sets of facts get the same proposal, row by row', () => {
    expect(random).toHaveLength(500)
    for (const one of random) sameAs(book, one)
  })

  it('with the rows in any other order too', () => {
    const rules = new Map(book.triage.map((rule) => [rule.id, rule]))
    for (const one of orders) sameAs({ ...book, triage: one.order.map((id) => rules.get(id)!) }, one)
  })

  it('works offline: danger to life is an emergency, with the numbers to call', () => {
    const said = propose(book, { danger: ['life'], category: '0401', wish: 'solved_in_grid' })
    expect([said.track, said.rule, said.urgency]).toEqual(['escalate_to_town', 'T01', 'emergency'])
    expect(said.steps_zh).toContain('119')
  })

  it('absent is never no', () => {
    expect(propose(book, {}).rule).toBe('T31')
  })

  it('both languages know the same facts', () => {
    expect(factKinds().get('danger')?.values).toEqual(['life', 'violence', 'minor', 'crime'])
    expect(factKinds().size).toBeGreaterThan(30)
  })
})

describe('suggest', () => {
  it('every text suggests the same categories, raises the same dangers, states the same facts', () => {
    expect(texts.length).toBeGreaterThan(200)
    for (const { text, suggestions, hints, facts } of texts) {
      expect([text, suggest(book, text)]).toEqual([text, suggestions])
      expect([text, dangerHints(book, text)]).toEqual([text, hints])
      expect([text, factsFromText(book, text)]).toEqual([text, facts])
    }
  })

  it('counts code points, not halves of them', () => {
    expect(suggest(book, '𠀀街的KTV太吵')[0]?.category).toBe('0404')
    expect(factsFromText(book, '𠀀村12户')).toEqual({ households: 12 })
  })
})
