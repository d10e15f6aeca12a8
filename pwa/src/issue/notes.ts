// Kept notes in plain words: an act that came too late, who was faster, and what stands written in it.
import type { Act, Book, Note, Shape } from '../subjects'
import { t, type Key } from '../words/words'
import { actWord, pick } from './codes'
import { labelOf, wordsOf } from './fields'
import type { Names } from './names'
import { stageOf } from './stages'

/** The act by which the stage was entered that a note met. */
export function movedBefore(shape: Shape, note: Note): Act | undefined {
  const earlier = shape.acts.filter(({ place }) => note.place === 0 || (place > 0 && place < note.place))
  return [...earlier].reverse().find((act) => act.to_stage === note.stage && act.from_stage !== act.to_stage)
}

const WHY = {
  not_your_role_here: 'note.not_your_role',
  not_editable: 'note.not_editable',
  not_begun: 'note.not_begun',
} as const

type GuardKey = Extract<Key, `note.guard_${string}`>

/** Why an act was only kept, in words: what its history lacked and what to do; of a reason from later times only that it did not fit. */
export function whyWords(why: string, stage: string): string {
  const key = `note.${why}` as GuardKey
  const said = t(key)
  return said === key ? t(pick(WHY, why) ?? 'note.other', { stage }) : said
}

/** One or two sentences: whose act, why it did not count, who was faster. */
export function noteSentence(shape: Shape, note: Note, names: Names): string {
  const mine = names.mine(note.actor)
  const act = actWord(note.name)
  const stage = t(`stage.${stageOf({ ...shape, stage: note.stage })}`)
  const lead = mine ? t('note.yours', { act }) : t('note.theirs', { who: names.of(note), act })
  const faster = movedBefore(shape, note)
  if (note.why !== 'stage_moved_on') return lead + whyWords(note.why, stage)
  if (faster === undefined || faster.actor === note.actor) return lead + t('note.late', { stage })
  return lead + t('note.faster', { who: names.of(faster), act: actWord(faster.name), stage })
}

/** What its author wrote, label by label: nothing of it is lost. */
export function noteWords(note: Note, book: Book | undefined): readonly { label: string; text: string }[] {
  return Object.entries(note.fields).flatMap(([field, value]) => {
    const [label, text] = [labelOf(field), wordsOf(field, value, book)]
    return label && text ? [{ label, text }] : []
  })
}

/** Notes that still ask for a look: one's own until one acts again, those of others while the issue stands where they met it. Without `isMine`, all that wait for their author. */
export function openNotes(shape: Shape, isMine: (person: string) => boolean = () => true): readonly Note[] {
  const answered = (note: Note): boolean => shape.acts.some(({ actor, stamp }) => actor === note.actor && stamp > note.stamp)
  return shape.notes.filter((note) => !answered(note) && (isMine(note.actor) || note.stage === shape.stage))
}
