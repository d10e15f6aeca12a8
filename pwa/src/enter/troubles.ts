// What went wrong with phone, store or network, as a person is told it. What became of the work is the caller's to say.
import type { Trouble } from '../entrance'
import { lang, t } from '../words/words'

/** A short clause for a line: "no network". */
export function troubleWords(trouble: Trouble): string {
  const { problem } = trouble
  if (trouble.trouble === 'refused_by_server' && problem) return lang.value === 'zh' ? problem.title : problem.title_en
  return t(`trouble.${trouble.trouble}`)
}

/** Why entering failed and what to do, ready for ErrorBox. */
export function enterTrouble(trouble: Trouble): { title: string; todo: string; detail: string | undefined } {
  const { problem, detail } = trouble
  if (problem?.why === 'wrong_password') return { title: t('enter.wrong.title'), todo: t('enter.wrong.do'), detail: undefined }
  if (problem?.why === 'too_many_tries') {
    const n = Math.max(1, Math.ceil((trouble.wait_ms ?? 60_000) / 60_000))
    return { title: t('enter.busy.title'), todo: t('enter.busy.do', { n }), detail: undefined }
  }
  if (trouble.trouble === 'offline') return { title: t('enter.offline.title'), todo: t('enter.offline.do'), detail: undefined }
  if (problem) {
    const [title, todo] = lang.value === 'zh' ? [problem.title, problem.do] : [problem.title_en, problem.do_en]
    return { title, todo, detail: problem.why }
  }
  return { title: t('error.title'), todo: `${t(`trouble.${trouble.trouble}`)}${t('sentence.end')}`, detail }
}
