// Where a new issue comes from, and what that spares typing: a visit, a household, a letter (kept already or still a draft), a task, or nothing.
import { computed, watch, type Ref } from 'vue'
import { useRoute, type LocationQuery } from 'vue-router'
import { letterFields, letterKey, emptyLetter, type LetterDraft } from '../mailbox/draft'
import { theNew, useDraft, useSubject, type New, type Seen } from '../subjects'
import { emptyDraft, type IssueDraft, type Nature } from './draft'
import type { Sentence } from './saying'
import { asText, cut, mapOf, isTrue, textOf, type Fields } from './values'

export type Source = 'bare' | 'household' | 'visit' | 'letter'

export interface Origin {
  readonly source: Source
  /** Key of the draft: each origin has its own. */
  readonly key: string
  /** What it spares typing, as soon as it is known. */
  readonly known: Readonly<Ref<Partial<IssueDraft> | undefined>>
  /** The grid it belongs to; "" when the origin does not say. */
  readonly grid: Readonly<Ref<string>>
  /** Ops to be said before the issue, in the same write. */
  readonly before: (grid: string) => readonly Sentence[]
  /** Ops to be said after it; `issue` names the new issue. */
  readonly after: (grid: string, issue: New) => readonly Sentence[]
  /** Ids that the issue links to. */
  readonly linked: () => readonly (string | New)[]
  /** Where the person goes on once it is saved. */
  readonly onward: (issue: string) => string | undefined
}

const NATURE_OF_FINDING: Readonly<Record<string, Nature>> = {
  dispute: 'help',
  request: 'help',
  suggestion: 'suggestion',
  hazard: 'help',
  assist: 'help',
}

function word(query: LocationQuery, name: string): string {
  const value = query[name]
  return typeof value === 'string' ? value : ''
}

/** An address inside this app; anything else leads nowhere. */
function inside(path: string): string {
  return path.startsWith('/') && !path.startsWith('//') ? path : ''
}

export function useOrigin(): Origin {
  const { query } = useRoute()
  const from = word(query, 'from')
  if (from === 'letter') return word(query, 'letter') ? useKeptLetter(word(query, 'letter')) : useDraftedLetter(word(query, 'opening'))
  return from === 'task' ? useTask(word(query, 'task')) : useHousehold(query, from)
}

function useHousehold(query: LocationQuery, from: string): Origin {
  const household = word(query, 'household')
  const seen = useSubject(() => household)
  const [source, words, back]: [Source, string, string] = [
    from === 'visit' || from === 'household' ? from : 'bare',
    word(query, 'words'),
    inside(word(query, 'back')),
  ]
  const kind = NATURE_OF_FINDING[word(query, 'kind')] ?? 'help'
  const channel = source === 'bare' ? 'walk_in' : 'visit'
  return {
    source,
    key: ['register', source, household, word(query, 'kind'), cut(words, 20)].filter(Boolean).join(':'),
    known: computed(() => ({ words, nature: kind, channel, ...(seen.value ? ofHousehold(seen.value) : {}) })),
    grid: computed(() => seen.value?.grid ?? ''),
    before: () => [],
    after: () => [],
    linked: () => (household ? [household] : []),
    onward: (issue) => (back ? `${back}${back.includes('?') ? '&' : '?'}issue=${encodeURIComponent(issue)}` : undefined),
  }
}

/** What was found where one looked before anybody asked: it ends with the matter, in one write. */
function useTask(task: string): Origin {
  const seen = useSubject(() => task)
  return {
    source: 'bare',
    key: `register:${task}`,
    known: computed(() => ({ channel: 'patrol', nature: 'report', teller: 'self', category: seen.value ? textOf(seen.value, 'category') : '' })),
    grid: computed(() => seen.value?.grid ?? ''),
    before: () => [],
    after: (grid, issue) => [{ name: 'to_issue', what: { subject: task, grid, fields: { issue } } }],
    linked: () => [],
    onward: () => `/${task}`,
  }
}

function useKeptLetter(letter: string): Origin {
  const seen = useSubject(() => letter)
  const opening = computed(() => (seen.value ? textOf(seen.value, 'opening') : ''))
  return {
    source: 'letter',
    key: `register:${letter}`,
    known: computed(() => (seen.value ? ofLetter(seen.value) : undefined)),
    grid: computed(() => seen.value?.grid ?? ''),
    before: () => [],
    after: (grid, issue) => [{ name: 'to_issue', what: { subject: letter, grid, fields: { issue } } }],
    linked: () => [letter],
    onward: () => letterPath(opening.value),
  }
}

/** A letter that is still being filled in: it is taken out, registered and tied to its issue in one write. */
function useDraftedLetter(opening: string): Origin {
  const { draft } = useDraft<LetterDraft>(letterKey(opening), emptyLetter)
  const seen = useSubject(() => opening)
  return {
    source: 'letter',
    key: `register:${letterKey(opening)}`,
    known: computed(() => (draft.value.form === '' ? undefined : ofDraft(draft.value))),
    grid: computed(() => seen.value?.grid ?? ''),
    before: (grid) => [
      {
        name: 'take_out',
        what: {
          kind: 'letter',
          grid,
          fields: letterFields(draft.value, opening, Date.now()),
          photos: draft.value.photos,
          voices: draft.value.voices ?? [],
          draft: letterKey(opening),
        },
      },
    ],
    after: (grid, issue) => [{ name: 'to_issue', what: { subject: theNew(0), grid, fields: { issue } } }],
    linked: () => [theNew(0)],
    onward: () => letterPath(opening),
  }
}

function letterPath(opening: string): string {
  return opening ? `/mailbox/letter?opening=${encodeURIComponent(opening)}` : '/mailbox'
}

/** Fills what is known into a draft, once the kept one is back and as it becomes known; what a person has typed is never touched. */
export function usePrefill(origin: Origin, draft: Ref<IssueDraft>, ready: Ref<boolean>): () => void {
  const prefill = (): void => {
    if (origin.known.value && ready.value) draft.value = filled(draft.value, origin.known.value)
  }
  watch([origin.known, ready], prefill, { immediate: true })
  return prefill
}

/** The draft with what is known put where nothing has been said yet. */
export function filled(draft: IssueDraft, known: Partial<IssueDraft>): IssueDraft {
  return { ...draft, ...Object.fromEntries(Object.entries(known).filter(([name, value]) => value !== '' && isBlank(draft, name))) }
}

function isBlank(draft: IssueDraft, name: string): boolean {
  const field = name as keyof IssueDraft
  return JSON.stringify(draft[field]) === JSON.stringify(emptyDraft()[field])
}

function ofHousehold(seen: Seen): Partial<IssueDraft> {
  return { place: textOf(seen, 'address'), teller: 'named', name: textOf(seen, 'head_name'), phone: textOf(seen, 'phone') }
}

function ofLetter(seen: Seen): Partial<IssueDraft> {
  return known(
    textOf(seen, 'verbatim') || textOf(seen, 'summary'),
    textOf(seen, 'form') === 'signed',
    mapOf(seen, 'writer') ?? {},
    isTrue(seen, 'confidential'),
  )
}

function ofDraft({ verbatim, summary, form, name, phone, address, confidential }: LetterDraft): Partial<IssueDraft> {
  return known(verbatim.trim() || summary.trim(), form === 'signed', { name, phone, address }, confidential)
}

function known(words: string, signed: boolean, writer: Fields, confidential: boolean): Partial<IssueDraft> {
  const [name, phone, address] = [asText(writer.name), asText(writer.phone), asText(writer.address)]
  const told = signed && (name !== '' || phone !== '')
  const teller = told ? ({ teller: 'named', name, phone, address } as const) : ({ teller: 'anonymous' } as const)
  return { words, channel: 'mailbox', confidential, place: address, ...teller }
}
