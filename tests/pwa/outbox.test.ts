// What a phone promises of its own ops: saved whole or not at all, numbered without gaps, gone only after a receipt.
import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { sendPhotos } from '../../pwa/src/device/files'
import { hearOfParked, make, settle, sweep, unhearOfParked, type Made } from '../../pwa/src/device/outbox'
import { opOf, unsent } from '../../pwa/src/device/own'
import { keepBytes } from '../../pwa/src/device/photos'
import { meta, Shelf, type FateRow, type OutboxRow, type Writing } from '../../pwa/src/device/shelf'
import { isTrouble } from '../../pwa/src/device/trouble'
import { opHash } from '../../pwa/src/sync/op'
import type { Receipt } from '../../pwa/src/sync/wire'
import { contents, DEVICE, enteredShelf, freshShelf, GRID, household, issue, NOW, PERSON, sureOf, withFault, type Fault } from './shelves'

async function made(shelf: Shelf, ...intents: Parameters<typeof make>[1][number][]): Promise<readonly OutboxRow[]> {
  const answer = await sureOf(make(shelf, intents, NOW))
  if (!('rows' in answer)) throw new Error(JSON.stringify(answer.refusal))
  return answer.rows
}

function waitingIn(shelf: Shelf): Promise<OutboxRow[]> {
  return sureOf(shelf.read(['outbox'], unsent))
}

function placedReceipt(row: OutboxRow, place: number): Receipt {
  const { seq, hash, grid, role } = row
  return { seq, hash, fate: 'placed', grid, place, placed_ms: NOW, why: '', about: '', credited_ms: NOW, role, mark: 'm' }
}

function take(shelf: Shelf, receipts: readonly Receipt[], places: Record<string, number> = {}): Promise<true> {
  return sureOf(
    shelf.write(['outbox', 'fates'], async (tx) => {
      await settle(tx, DEVICE, receipts, NOW)
      await sweep(tx, places, Object.keys(places))
      return true as const
    }),
  )
}

describe('making an op', () => {
  test('each op names the one before it', async () => {
    const shelf = await enteredShelf()
    const [first] = await made(shelf, household())
    const [second] = await made(shelf, household('张秀英'))
    expect(first && opOf(first)).toMatchObject({ device: DEVICE, seq: 1, prev: '', actor: PERSON, subject: `household/${DEVICE}.1` })
    expect(second && opOf(second)).toMatchObject({ seq: 2, prev: first?.hash, subject: `household/${DEVICE}.2` })
    expect(second?.hash).toBe(opHash(second?.text ?? ''))
  })

  test('an op the law forbids is refused at once and leaves nothing behind', async () => {
    const shelf = await enteredShelf()
    const before = await contents(shelf)
    const { fields } = household()
    const answers = await Promise.all([
      make(shelf, [{ ...household(), fields: { ...fields, head_name: '王' } }], NOW),
      make(shelf, [{ ...household(), grid: '329924101001099' }], NOW),
      make(shelf, [household(), { ...household(), fields: { ...fields, shoe_size: 42 } }], NOW),
      make(shelf, [{ ...household(), fields: { ...fields, remark: '字'.repeat(30_000) } }], NOW),
    ])
    expect(answers).toEqual([
      { refusal: { why: 'too_short', about: 'head_name' }, at: 0 },
      { refusal: { why: 'not_your_grid', about: '329924101001099' }, at: 0 },
      { refusal: { why: 'unknown_field', about: 'shoe_size' }, at: 1 },
      { refusal: { why: 'op_too_large', about: 'register' }, at: 0 },
    ])
    expect(await contents(shelf)).toBe(before)
  })

  test('nobody makes an op on a phone where nobody has entered', async () => {
    expect(await make(freshShelf(), [household()], NOW)).toEqual({ trouble: 'not_entered' })
  })

  test('several ops at once name each other before they have ids, forwards and backwards', async () => {
    const shelf = await enteredShelf()
    await made(shelf, household())
    const letter = { received_ms: NOW, form: 'signed', pages: 1, summary: '反映路灯不亮', confidential: false }
    const rows = await made(
      shelf,
      { name: 'take_out', kind: 'letter', grid: GRID, fields: letter },
      issue('路灯坏了三天', { linked: [{ '@new': 0 }] }),
      { name: 'to_issue', subject: { '@new': 0 }, grid: GRID, fields: { issue: { '@new': 1 } } },
    )
    const [taken, registered, became] = rows.map(opOf)
    expect(registered?.fields).toMatchObject({ linked: [taken?.subject] })
    expect(became?.subject).toBe(taken?.subject)
    expect(became?.fields).toEqual({ issue: `issue/${DEVICE}.3` })
  })

  test('a clock that goes back does not take the stamps back', async () => {
    const shelf = await enteredShelf()
    const early = await sureOf(make(shelf, [household()], NOW))
    const late = await sureOf(make(shelf, [household()], NOW - 365 * 86_400_000))
    const stamp = (one: Made): string => ('made' in one ? (one.made[0]?.stamp ?? '') : '')
    expect(stamp(late) > stamp(early)).toBe(true)
  })

  test('a field nobody filled is left out, and a link is kept beside its issue', async () => {
    const shelf = await enteredShelf()
    const [row] = await made(shelf, { ...issue('路灯坏了三天', { demand: undefined }), token: 'AbC' })
    expect(row && Object.keys(opOf(row).fields)).not.toContain('demand')
    expect(await sureOf(shelf.read(['links'], (tx) => tx.objectStore('links').get(row?.subject ?? '')))).toEqual({
      subject: row?.subject,
      token: 'AbC',
    })
  })

  test('a photo belongs to the op that names it, and the draft goes with the save', async () => {
    const shelf = await enteredShelf()
    const photo = await sureOf(keepBytes(shelf, new Blob(['a picture'], { type: 'image/jpeg' }), NOW))
    await sureOf(shelf.write(['drafts'], (tx) => tx.objectStore('drafts').put({ key: 'issue', value: {}, saved_ms: NOW })))
    await made(shelf, { ...issue('路灯坏了三天', { photos: [photo] }), draft: 'issue' })
    const kept = await sureOf(shelf.read(['photos'], (tx) => tx.objectStore('photos').get(photo.hash)))
    expect(kept).toMatchObject({ state: 'bound', device: DEVICE, seq: 1, grid: GRID })
    expect(await sureOf(shelf.read(['drafts'], (tx) => tx.objectStore('drafts').count()))).toBe(0)
  })
})

describe('two tabs', () => {
  test('never give two ops one number, and the chain has one line', async () => {
    const shelf = await enteredShelf()
    const tabs = [shelf, new Shelf(shelf.name)]
    const names = Array.from({ length: 40 }, (_, at) => `张三${at}`)
    await Promise.all(names.map((name, at) => made(tabs[at % 2] ?? shelf, household(name))))
    const rows = await waitingIn(shelf)
    expect(rows.map((row) => row.seq)).toEqual(names.map((_, at) => at + 1))
    expect(rows.map((row) => opOf(row).prev)).toEqual(['', ...rows.slice(0, -1).map((row) => row.hash)])
    expect(new Set(rows.map((row) => opOf(row).stamp)).size).toBe(40)
  })
})

describe('a store that fails', () => {
  const errors: readonly Fault['error'][] = ['QuotaExceededError', 'AbortError', 'UnknownError', 'InvalidStateError']

  test.each(errors)('at any request with %s: nothing is saved, it is said, and the next save goes well', async (error) => {
    const word = error === 'QuotaExceededError' ? 'full' : 'broken'
    let at = 1
    for (let isReached = true; isReached; at += 1) {
      const shelf = await enteredShelf()
      const photo = await sureOf(keepBytes(shelf, new Blob(['a picture'], { type: 'image/jpeg' }), NOW))
      const intents = [{ ...issue('路灯坏了三天', { photos: [photo] }), token: 'AbC', draft: 'issue' }, household()]
      const before = await contents(shelf)
      const tried = await withFault(shelf, { at, error }, () => make(shelf, intents, NOW))
      isReached = tried.isReached
      if (isReached) {
        expect(isTrouble(tried.result) && tried.result.trouble, `request ${at}`).toBe(word)
        expect(await contents(shelf), `request ${at}`).toBe(before)
      }
      expect((await made(shelf, ...intents)).map((row) => row.seq)).toEqual(isReached ? [1, 2] : [3, 4])
    }
    expect(at).toBeGreaterThan(8)
  })
})

describe('receipts', () => {
  test('a receipt for other bytes takes nothing out', async () => {
    const shelf = await enteredShelf()
    const [row] = await made(shelf, household())
    if (row === undefined) throw new Error('nothing made')
    await take(shelf, [{ ...placedReceipt(row, 1), hash: '0'.repeat(64) }, { ...placedReceipt(row, 1), seq: 7 }])
    expect(await waitingIn(shelf)).toEqual([row])
  })

  test('a placed op stays until its place has come with the log', async () => {
    const shelf = await enteredShelf()
    const [row] = await made(shelf, household())
    if (row === undefined) throw new Error('nothing made')
    const count = (): Promise<number> => sureOf(shelf.read(['outbox'], (tx) => tx.objectStore('outbox').count()))
    await take(shelf, [placedReceipt(row, 5)], { [GRID]: 4 })
    expect([await waitingIn(shelf), await count()]).toEqual([[], 1])
    await take(shelf, [], { [GRID]: 5 })
    expect(await count()).toBe(0)
  })

  test('a refused op and an unreadable one are kept with the reason, and those behind them go on', async () => {
    const shelf = await enteredShelf()
    const rows = await made(shelf, household(), household(), household())
    const [first, second, third] = rows
    if (first === undefined || second === undefined || third === undefined) throw new Error('too few made')
    await take(shelf, [
      { ...placedReceipt(first, 0), fate: 'refused', why: 'not_your_grid', about: GRID },
      { ...placedReceipt(second, 0), fate: 'unreadable', why: 'not_an_op' },
      placedReceipt(third, 1),
    ])
    const fates = await sureOf(shelf.read(['fates'], (tx) => tx.objectStore('fates').getAll()))
    expect(fates.map((fate) => [fate.seq, fate.receipt.fate, fate.receipt.why, fate.text])).toEqual([
      [1, 'refused', 'not_your_grid', first.text],
      [2, 'unreadable', 'not_an_op', second.text],
    ])
    expect(await waitingIn(shelf)).toEqual([])
  })

  test('the chain goes on behind a refused op', async () => {
    const shelf = await enteredShelf()
    const [row] = await made(shelf, household())
    if (row === undefined) throw new Error('nothing made')
    await take(shelf, [{ ...placedReceipt(row, 0), fate: 'refused', why: 'not_your_grid' }])
    const [next] = await made(shelf, household())
    expect(next && opOf(next)).toMatchObject({ seq: 2, prev: row.hash })
    expect(await sureOf(shelf.read(['meta'], (tx) => meta(tx, 'chain')))).toMatchObject({ next_seq: 3 })
  })
})

describe('the source', () => {
  test('takes something out of the outbox in one file only, and clears a store only after asking what is unsent', async () => {
    const folder = new URL('../../pwa/src/device/', import.meta.url)
    const files = (await readdir(folder)).filter((name) => name.endsWith('.ts'))
    const texts = await Promise.all(files.map(async (name) => ({ name, text: await readFile(new URL(name, folder), 'utf8') })))
    const namesIt = texts.filter(({ text }) => /outbox'?\)?\s*(\.index\([^)]*\))?\.(delete|clear)\(/.test(text) || text.includes('const outbox = '))
    expect(namesIt.map(({ name }) => name)).toEqual(['outbox.ts'])
    expect(texts.filter(({ text }) => /deleteDB\(|deleteObjectStore\(|\.clear\(\)/.test(text)).map(({ name }) => name)).toEqual([
      'selftest.ts', // the store it made for its own trial
      'sender.ts', // what the server said has grown
      'session.ts', // the whole store, in leaveForgetting
      'shelf.ts',
      'tabs.ts', // listeners
    ])
  })
})

test('what the town let in goes with its photo, and is taken back by a restore that may not know it, and told again where it does', async () => {
  const shelf = await enteredShelf()
  const photo = await sureOf(keepBytes(shelf, new Blob(['a']), NOW))
  const [row] = await made(shelf, issue('路灯坏了三天', { photos: [photo] }))
  if (row === undefined) throw new Error('nothing was made')
  const goes = async (): Promise<unknown> => sendPhotos(shelf, { ask: () => Promise.resolve({ trouble: 'offline' }) } as never, {} as never)
  const parked: Receipt = { ...placedReceipt(row, 0), fate: 'refused', grid: '', placed_ms: 0, why: 'parked', about: 'not_your_grid', role: '' }
  const fate = (act: (tx: Writing) => Promise<void>): Promise<readonly FateRow[]> =>
    sureOf(shelf.write(['fates', 'photos'], async (tx) => {
      await act(tx)
      return tx.objectStore('fates').getAll()
    }))
  await take(shelf, [parked])
  expect(await goes()).toBeUndefined()
  const settled = placedReceipt(row, 7)
  expect(await fate((tx) => hearOfParked(tx, DEVICE, [{ ...settled, hash: 'f'.repeat(64) }], NOW))).toMatchObject([{ receipt: parked }])
  expect(await fate((tx) => hearOfParked(tx, DEVICE, [settled], NOW))).toMatchObject([{ receipt: settled, text: row.text }])
  expect(await goes()).toMatchObject({ trouble: 'offline' })
  expect(await fate((tx) => unhearOfParked(tx, DEVICE, row.seq))).toMatchObject([{ receipt: settled }])
  expect(await fate((tx) => unhearOfParked(tx, DEVICE, row.seq + 1))).toMatchObject([{ receipt: parked, text: row.text }])
  expect(await fate((tx) => hearOfParked(tx, DEVICE, [settled], NOW))).toMatchObject([{ receipt: settled }])
})
