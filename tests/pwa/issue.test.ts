// What the pages of issues, letters and mediation work out before they show or say it: questions, titles, drafts, the ops of one write.
import 'fake-indexeddb/auto'
import { beforeAll, expect, test } from 'vitest'
import { domainsOf } from '../../pwa/src/issue/book'
import { triageFields } from '../../pwa/src/issue/decide'
import { emptyDraft, factsOf, faultsOf, type IssueDraft } from '../../pwa/src/issue/draft'
import { yuan } from '../../pwa/src/issue/fields'
import { goalWords } from '../../pwa/src/issue/goal'
import { lightOf } from '../../pwa/src/issue/lights'
import { noteSentence, openNotes } from '../../pwa/src/issue/notes'
import { filled } from '../../pwa/src/issue/origin'
import { questionsFor, type Answers } from '../../pwa/src/issue/questions'
import { registration } from '../../pwa/src/issue/registration'
import type { Sentence } from '../../pwa/src/issue/saying'
import { titleFrom } from '../../pwa/src/issue/title'
import { emptyLetter, letterFaults, letterFields } from '../../pwa/src/mailbox/draft'
import { emptyMediation, emptyTerm, isAgreed, mediationFaults, type MediationDraft } from '../../pwa/src/mediate/draft'
import { factsOfMediation, withIssue } from '../../pwa/src/mediate/outcome'
import { matching } from '../../pwa/src/parts/search'
import { propose, theNew, type Book, type Session } from '../../pwa/src/subjects'
import { admit, isRefusal } from '../../pwa/src/sync/admit'
import { empty, fold } from '../../pwa/src/sync/fold'
import { LAW } from '../../pwa/src/sync/law'
import { OP_VERSION, subjectId, type Change, type Json } from '../../pwa/src/sync/op'
import { learnLater } from '../../pwa/src/words/words'
import triage from '../vectors/triage.json'

const GRID = '329924101202001'
const DAY_MS = 24 * 60 * 60 * 1000
/** Monday 23 November 2026, 09:00 in the county. */
const MONDAY_MS = Date.UTC(2026, 10, 23, 1)
const book = triage.book as unknown as Book
const session: Session = { person: 'pa', name: '谢春生', account: 'wg1', device: 'da', roles: ['grid_worker'], scope: [] }
const WORKER = { person: 'pa', device: 'da', areas: [{ role: 'grid_worker', code: GRID, from_ms: 0, to_ms: null }] }
const NOWHERE = { before: () => [], after: () => [], linked: () => [] }

const NEIGHBOUR: IssueDraft = {
  ...emptyDraft(),
  ...{ words: '李家的排水沟堵了，雨水往我家灌。', title: '李家的排水沟堵了', category: '0103', danger: ['none'] },
  ...{ teller: 'named', name: '王秀兰', phone: '15400010002' },
}

beforeAll(learnLater)

/** What the law says of these sentences when one phone says them in a row: the first no, or "". */
function lawSays(sentences: readonly Sentence[]): string {
  const ids = sentences.map(({ what }, at) => subjectId(what.kind ?? 'nothing', 'da', at + 1))
  for (const [at, { name, what }] of sentences.entries()) {
    const subject = typeof what.subject === 'string' ? what.subject : (ids[what.subject?.['@new'] ?? at] ?? '')
    const written = { ...what.fields, ...(what.photos ? { photos: what.photos } : {}), ...(what.link ? { link_hash: what.link.hash } : {}) }
    const fields = JSON.parse(JSON.stringify(written), (_, value: unknown) => nameOfNew(value, ids)) as Record<string, Json>
    const op = { device: 'da', seq: at + 1, prev: '', stamp: stamp(at), actor: 'pa', grid: GRID, subject, name, fields, seen: {}, v: OP_VERSION }
    const answer = admit(op, WORKER, MONDAY_MS)
    if (isRefusal(answer)) return `${name}: ${answer.why} ${answer.about}`
  }
  return ''
}

function nameOfNew(value: unknown, ids: readonly string[]): unknown {
  const isNew = typeof value === 'object' && value !== null && '@new' in value
  return isNew ? ids[value['@new'] as number] : value
}

function stamp(at: number, device = 'da'): string {
  return `${String(MONDAY_MS + at).padStart(15, '0')}-0000-${device}`
}

function asked(draft: IssueDraft, answers: Answers = {}): readonly string[] {
  const category = book.categories.find(({ code }) => code === draft.category)
  const about = { category, nature: draft.nature, households: draft.households ?? 1 }
  return questionsFor(book, factsOf(draft), about, answers)
}

test('nobody is asked anything more while a house burns', () => {
  expect(asked({ ...NEIGHBOUR, danger: ['life'] })).toEqual([])
})

test('a quarrel of two asks first whether both want mediation', () => {
  expect(asked(NEIGHBOUR)[0]).toBe('willing')
})

test('a broken lamp is not asked about mediation, courts or relatives', () => {
  const questions = asked({ ...NEIGHBOUR, category: '0502' })

  expect(questions).not.toContain('willing')
  expect(questions).not.toContain('in_process')
  expect(questions).not.toContain('related')
})

test('at most four questions are asked for any matter, and the wish besides', () => {
  for (const { code } of book.categories.filter(({ parent }) => parent !== '')) {
    for (const nature of ['help', 'complaint', 'enquiry'] as const) {
      expect(asked({ ...NEIGHBOUR, category: code, nature, households: 12 }).length).toBeLessThanOrEqual(5)
    }
  }
})

test('a question that was answered stays on the screen', () => {
  expect(asked(NEIGHBOUR, { willing: 'no' })).toContain('willing')
})

test('what nobody answered is stated neither as yes nor as no', () => {
  expect(factsOf({ ...NEIGHBOUR, answers: { willing: 'unasked' } })).toEqual(factsOf(NEIGHBOUR))
  expect(factsOf({ ...NEIGHBOUR, answers: { willing: 'yes' } })).toMatchObject({ parties: 2, consents: true })
})

test('a title is the first thing the resident says, without the greeting', () => {
  expect(titleFrom('村干部你们好：村西头老水渠塌了一段，浇不上地。')).toBe('村西头老水渠塌了一段，浇不上地')
  expect(titleFrom('尊敬的领导：您好！路灯坏了半个月。')).toBe('路灯坏了半个月')
  expect(titleFrom('漏水')).toBe('')
})

test('a long title ends at a comma, and never within a character', () => {
  expect(titleFrom('村口三盏路灯坏了半个月，晚上黑得很，老人孩子都不敢走，想请人来修一修')).toBe('村口三盏路灯坏了半个月，晚上黑得很')
  expect(Array.from(titleFrom('𠀀'.repeat(60)))).toHaveLength(24)
})

test('what a letter or a household tells fills only what nobody has typed', () => {
  const draft = filled({ ...emptyDraft(), place: '三组路口' }, { place: '一组12号', name: '赵桂芳', words: '' })

  expect(draft).toMatchObject({ place: '三组路口', name: '赵桂芳', words: '' })
})

test.each<[string, Partial<IssueDraft>]>([
  ['by name', {}],
  ['without a name', { teller: 'anonymous' }],
  ['seen by the worker', { teller: 'self', photos: [{ hash: 'a'.repeat(64), bytes: 9 }] }],
  ['with an amount', { amount: '12,000.50', answers: { willing: 'no' } }],
  ['in an emergency', { danger: ['life', 'minor'], told: ['119', 'town'] }],
])('an issue %s that the form lets through, the law lets through', (_, change) => {
  const draft = { ...NEIGHBOUR, ...change }
  const decided = { proposal: propose(book, factsOf(draft)), overruling: undefined }

  expect(faultsOf(draft)).toEqual({})
  expect(lawSays(registration({ draft, key: 'k', grid: GRID, session }, decided, NOWHERE).sentences)).toBe('')
})

test('the form names every question that must be answered, danger first of all', () => {
  expect(Object.keys(faultsOf({ ...emptyDraft(), households: null })).sort()).toEqual(
    ['category', 'danger', 'households', 'teller', 'title', 'words'].sort(),
  )
})

test('danger is reported in the same write that registers the matter', () => {
  const draft: IssueDraft = { ...NEIGHBOUR, danger: ['life'], told: ['119'] }
  const { sentences } = registration(
    { draft, key: 'k', grid: GRID, session },
    { proposal: propose(book, factsOf(draft)), overruling: undefined },
    NOWHERE,
  )

  expect(sentences.map(({ name }) => name)).toEqual(['register', 'alarm', 'triage'])
})

test('a letter is taken out, registered and tied to its issue in one write', () => {
  const letter = { ...emptyLetter(), form: 'signed', name: '赵桂芳', phone: '15400030004', summary: '水渠塌了' } as const
  const takeOut: Sentence = { name: 'take_out', what: { kind: 'letter', grid: GRID, fields: letterFields(letter, '', MONDAY_MS) } }
  const { sentences, at } = registration(
    { draft: NEIGHBOUR, key: 'k', grid: GRID, session },
    { proposal: propose(book, factsOf(NEIGHBOUR)), overruling: undefined },
    {
      before: () => [takeOut],
      after: (grid, issue) => [{ name: 'to_issue', what: { subject: theNew(0), grid, fields: { issue } } }],
      linked: () => [theNew(0)],
    },
  )

  expect(letterFaults(letter)).toEqual({})
  expect(sentences.map(({ name }) => name)).toEqual(['take_out', 'register', 'triage', 'to_issue'])
  expect(sentences[at]?.name).toBe('register')
  expect(lawSays(sentences)).toBe('')
})

test('a category is found by the words that people say for it', () => {
  const leaves = domainsOf(book).flatMap(({ leaves }) => leaves)
  const found = (typed: string): readonly string[] => matching(leaves, typed, ({ label, words }) => `${label} ${words}`).map(({ value }) => value)
  expect(found('家暴')).toContain('0303')
  expect(found('打人')).toContain('0302')
})

test('whoever overrules the book leaves the rule and the reason', () => {
  const proposal = propose(book, factsOf(NEIGHBOUR))
  const fields = triageFields(proposal, { track: 'escalate_to_town', why: '两家都不让进门' }, '')

  expect(fields).toMatchObject({ track: 'escalate_to_town', overrules: proposal.rule, overrule_why: '两家都不让进门', rule: 'PERSON' })
})

const MEDIATED: MediationDraft = {
  ...emptyMediation(),
  ...{ dispute: '鸡跑进菜地吃了菜苗', category: '0103', danger: ['none'], read_out: true, outcome: 'oral' },
  parties: [
    { name: '王建国', phone: '', address: '', consent: 'agrees', signature: '', thumb: false, says_yes: true },
    { name: '李桂英', phone: '15400010012', address: '', consent: 'agrees', signature: '', thumb: false, says_yes: true },
  ],
  terms: [{ ...emptyTerm(), who: '王建国', to: '李桂英', what: '赔偿菜苗钱', amount: '200', by: '2026-11-26' }],
}
const REFUSED: MediationDraft = {
  ...MEDIATED,
  ...{ outcome: '', routes: ['court'], parties: MEDIATED.parties.map((party, at) => (at === 0 ? { ...party, consent: 'refuses' } : party)) },
}
const PROMISE = { who: '王建国', what: '把鸡圈围好', by: '2026-11-30' }
const FAILED: MediationDraft = { ...MEDIATED, outcome: 'none', routes: ['town'] }

function saidOf(draft: MediationDraft): readonly Sentence[] {
  const held = { draft, key: 'k', grid: GRID, session, held_ms: MONDAY_MS, signatures: [] }
  return withIssue(held, propose(book, factsOfMediation(draft)), undefined)
}

test.each<[string, MediationDraft, readonly string[]]>([
  ['that ends well solves its issue', MEDIATED, ['register', 'record', 'triage', 'solve']],
  ['that fails leaves its issue open', FAILED, ['register', 'record', 'triage']],
  ['that is refused leaves its issue open', REFUSED, ['register', 'record', 'triage']],
  ['in which a promise is marked makes it too', { ...FAILED, promise: PROMISE }, ['register', 'record', 'triage', 'make']],
  ['that is refused after all makes no promise', { ...REFUSED, promise: PROMISE }, ['register', 'record', 'triage']],
  ['that decides what no court confirms says so', { ...MEDIATED, touches: ['land_title'] }, ['register', 'record', 'triage', 'solve']],
])('a mediation %s, and the law lets it through', (_, draft, names) => {
  const sentences = saidOf(draft)

  expect(mediationFaults(draft, true)).toEqual({})
  expect(sentences.map(({ name }) => name)).toEqual(names)
  expect(lawSays(sentences)).toBe('')
})

test('one refusal ends a mediation, whatever was written of terms', () => {
  expect(isAgreed({ ...REFUSED, outcome: 'written' })).toBe(false)
  expect(propose(book, factsOfMediation(REFUSED)).flags).toContain('no_mediation')
})

test('no mediation counts before the rights were read out', () => {
  expect(mediationFaults({ ...MEDIATED, read_out: false }, true)).toHaveProperty('read_out')
})

function change(place: number, device: string, actor: string, name: string, fields: Record<string, Json>): Change {
  const op = {
    ...{ device, seq: place, prev: '', stamp: stamp(place, device), actor, grid: GRID, subject: 'issue/da.1', name, fields },
    ...{ seen: {}, v: OP_VERSION },
  }
  return { place, placed_ms: MONDAY_MS, credited_ms: MONDAY_MS, role: 'grid_worker', op }
}

const names = {
  mine: (person: string) => person === 'pa',
  of: ({ actor }: { actor: string }) => (actor === 'pa' ? '您' : '胡晓燕'),
}
const tooLate = fold(LAW.issue, empty('issue/da.1', GRID), [
  change(1, 'da', 'pa', 'register', {}),
  change(2, 'da', 'pa', 'triage', { track: 'solved_in_grid' }),
  change(3, 'db', 'pb', 'escalate', { tried: '上门两次' }),
  change(4, 'da', 'pa', 'solve', { measures: '沟清了' }),
])

test('somebody who was too late is told who was faster, with what, and how far it had come', () => {
  expect(noteSentence(tooLate, tooLate.notes[0]!, names)).toBe('您的“办结”没有生效：胡晓燕先一步“上报镇里”，事情已到“镇里办理中”。')
})

test('a note asks for a look until its author acts again', () => {
  const after = fold(LAW.issue, tooLate, [change(5, 'da', 'pa', 'consult', { topic: '排水沟', consult_why: '三家共用' })])

  expect(openNotes(tooLate, names.mine)).toHaveLength(1)
  expect(openNotes(after, names.mine)).toHaveLength(0)
})

test('a note of another is shown while the matter stands where it was met', () => {
  const moved = fold(LAW.issue, tooLate, [change(5, 'db', 'pb', 'consult', { topic: '排水沟', consult_why: '三家共用' })])

  expect(openNotes(tooLate, (person) => person === 'pb')).toHaveLength(1)
  expect(openNotes(moved, (person) => person === 'pb')).toHaveLength(0)
})

test('a light turns yellow two working days before, over a weekend too, and red when the time has passed', () => {
  const friday = MONDAY_MS + 4 * DAY_MS

  expect(lightOf(MONDAY_MS + 3 * DAY_MS, MONDAY_MS, 2)).toBe('green')
  expect(lightOf(MONDAY_MS + 2 * DAY_MS, MONDAY_MS, 2)).toBe('yellow')
  expect(lightOf(friday + 4 * DAY_MS, friday, 2)).toBe('yellow')
  expect(lightOf(MONDAY_MS - 1, MONDAY_MS, 2)).toBe('red')
})

test('money is written the way people read it', () => {
  expect([yuan(0), yuan(1250), yuan(123456700)]).toEqual(['¥0', '¥12.50', '¥1,234,567'])
})

test('the goal of the counter says until when, and afterwards in what time the result was told', () => {
  const until = { at_ms: MONDAY_MS, minutes: 60 }
  expect(goalWords({ ...until, told_ms: undefined }, MONDAY_MS - 1)).toBe('1小时服务目标：09:00 前办好')
  expect(goalWords({ ...until, told_ms: undefined }, MONDAY_MS + 1)).toBe('1小时服务目标 09:00 已过，请接着陪同办好')
  expect(goalWords({ ...until, told_ms: MONDAY_MS - 24 * 60_000 }, MONDAY_MS + DAY_MS)).toBe('36分钟告知结果，在1小时服务目标内')
  expect(goalWords({ ...until, told_ms: MONDAY_MS + 50 * 60_000 }, MONDAY_MS)).toBe('1小时50分钟告知结果，超过了1小时服务目标')
})
