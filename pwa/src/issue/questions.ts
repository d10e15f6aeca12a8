// The few questions that could still change what the book proposes for a matter; all others are not asked.
import { propose, type Book, type Facts } from '../subjects'
import type { Category } from './book'

export const QUESTIONS = [
  'willing',
  'title_dispute',
  'in_process',
  'answerable',
  'accuses_official',
  'about_handler',
  'related',
  'crowd',
  'shared',
  'within_means',
  'outside_grid',
  'needs_power',
  'needs_money',
  'repeats',
  'wish',
] as const
export type QuestionId = (typeof QUESTIONS)[number]

/** What is known of the matter when one asks. */
export interface About {
  readonly category: Category | undefined
  readonly nature: string
  readonly households: number
}

/** A question's answers by name, each with the facts it states; what states nothing leaves them unknown. */
export interface Question {
  readonly answers: Readonly<Record<string, Facts>>
  readonly fits: (about: About) => boolean
}

/** At most so many for one matter; the wish is asked besides. */
const AT_MOST = 4

const hasParties = ({ category }: About): boolean => category?.parties === 'two' || category?.parties === 'multi'
const isTwoSided = ({ category }: About): boolean => category?.parties === 'two'
const isComplaint = ({ nature }: About): boolean => nature === 'complaint' || nature === 'report'
const yesNo = (fact: string): Question['answers'] => ({ yes: { [fact]: true }, no: { [fact]: false } })

export const questions: Readonly<Record<QuestionId, Question>> = {
  willing: {
    fits: isTwoSided,
    answers: { yes: { parties: 2, consents: true }, no: { parties: 2, refuses: true }, unasked: {} },
  },
  title_dispute: { fits: hasParties, answers: yesNo('title_dispute') },
  in_process: { fits: (about) => hasParties(about) || isComplaint(about), answers: yesNo('in_process') },
  answerable: { fits: ({ nature }) => nature === 'enquiry', answers: yesNo('answerable') },
  accuses_official: { fits: isComplaint, answers: yesNo('accuses_official') },
  about_handler: { fits: isComplaint, answers: yesNo('about_handler') },
  related: { fits: hasParties, answers: yesNo('related') },
  crowd: { fits: ({ households }) => households >= 5, answers: { yes: { crowd: 5 }, no: {} } },
  shared: {
    fits: (about) => !isTwoSided(about) && about.households >= 3,
    answers: { yes: { shared: true, village_may_decide: true }, no: { shared: false } },
  },
  within_means: { fits: (about) => !hasParties(about), answers: yesNo('within_means') },
  outside_grid: { fits: (about) => !hasParties(about), answers: yesNo('outside_grid') },
  needs_power: { fits: (about) => !hasParties(about), answers: yesNo('needs_power') },
  needs_money: { fits: (about) => !hasParties(about), answers: yesNo('needs_money') },
  repeats: { fits: ({ nature }) => nature !== 'enquiry', answers: { yes: { repeats: 1 }, no: { repeats: 0 } } },
  wish: {
    fits: () => true,
    answers: {
      unsaid: {},
      solved_in_grid: { wish: 'solved_in_grid' },
      escalate_to_town: { wish: 'escalate_to_town' },
      consult_mechanism: { wish: 'consult_mechanism' },
    },
  },
}

export type Answers = Readonly<Partial<Record<QuestionId, string>>>

/** What the answers state, together. */
export function factsFrom(answers: Answers): Facts {
  return Object.assign({}, ...QUESTIONS.map((id) => questions[id].answers[answers[id] ?? ''] ?? {})) as Facts
}

/** The questions to show: those answered, so that nothing jumps away, and the next few that could change the outcome. */
export function questionsFor(book: Book, known: Facts, about: About, answers: Answers): readonly QuestionId[] {
  const facts = { ...known, ...factsFrom(answers) }
  const open = QUESTIONS.filter((id) => answers[id] === undefined && questions[id].fits(about) && matters(book, facts, id))
  const given = QUESTIONS.filter((id) => id !== 'wish' && answers[id] !== undefined).length
  const next: readonly QuestionId[] = open.filter((id) => id !== 'wish').slice(0, Math.max(0, AT_MOST - given))
  return QUESTIONS.filter((id) => answers[id] !== undefined || next.includes(id) || (id === 'wish' && open.includes(id)))
}

/** Whether some answer would change where the matter goes, how pressing it is, or who may see it. */
function matters(book: Book, facts: Facts, id: QuestionId): boolean {
  const now = outcome(book, facts)
  return Object.values(questions[id].answers).some((stated) => outcome(book, { ...facts, ...stated }) !== now)
}

function outcome(book: Book, facts: Facts): string {
  const { track, next, urgency, flags } = propose(book, facts)
  return [track, next, urgency, flags.includes('sealed')].join(' ')
}
