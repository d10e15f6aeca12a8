// The phone's pages and their addresses; each is fetched when first gone to, so that the door comes first. What a page shows is its own matter.
import { nextTick } from 'vue'
import { createRouter, createWebHistory, type RouteLocationNormalized, type Router, type RouterScrollBehavior } from 'vue-router'
import { isServedHere, useSession } from './entrance'
import { rest } from './rest'
import { learnLater, t } from './words/words'

declare module 'vue-router' {
  interface RouteMeta {
    /** What the window is called while this page is shown. */
    title: () => string
    /** Shown to somebody who has not entered, too. */
    open?: boolean
  }
}

const laterPages: (() => Promise<unknown>)[] = []

/** A page that speaks words the first page does not. Once it is here it is here: a tap must not wait for a file to be asked for again. */
function later<T>(page: () => Promise<T>): () => Promise<T> {
  let here: Promise<T> | undefined
  const load = (): Promise<T> => {
    here ??= Promise.all([page(), learnLater()]).then(([found]) => found)
    here.catch(() => (here = undefined))
    return here
  }
  laterPages.push(load)
  return load
}

const pages = [
  { path: '/', component: () => import('./today/TodayPage.vue'), meta: { title: () => t('tab.today') } },
  { path: '/enter', component: () => import('./enter/EnterPage.vue'), meta: { title: () => t('enter.title'), open: true } },
  { path: '/settings', component: later(() => import('./enter/SettingsPage.vue')), meta: { title: () => t('tab.settings') } },
  { path: '/selftest', component: later(() => import('./enter/SelftestPage.vue')), meta: { title: () => t('selftest.title'), open: true } },
  { path: '/waiting', component: later(() => import('./waiting/WaitingPage.vue')), meta: { title: () => t('waiting.title') } },
  { path: '/households', component: later(() => import('./visit/HouseholdsPage.vue')), meta: { title: () => t('households.title') } },
  { path: '/household/new', component: later(() => import('./visit/NewHouseholdPage.vue')), meta: { title: () => t('household.new') } },
  { path: '/household/:id', component: later(() => import('./visit/HouseholdPage.vue')), meta: { title: () => t('household.title') } },
  { path: '/household/:id/edit', component: later(() => import('./visit/EditHouseholdPage.vue')), meta: { title: () => t('household.edit') } },
  { path: '/visit/new', component: later(() => import('./visit/NewVisitPage.vue')), meta: { title: () => t('visit.title') } },
  { path: '/visit/:id', component: later(() => import('./visit/VisitPage.vue')), meta: { title: () => t('visit.record') } },
  { path: '/mailbox', component: later(() => import('./mailbox/MailboxPage.vue')), meta: { title: () => t('mailbox.title') } },
  { path: '/mailbox/open', component: later(() => import('./mailbox/OpenBoxPage.vue')), meta: { title: () => t('mailbox.open') } },
  { path: '/mailbox/letter', component: later(() => import('./mailbox/LetterPage.vue')), meta: { title: () => t('letter.title') } },
  { path: '/issues', component: later(() => import('./issue/IssueListPage.vue')), meta: { title: () => t('issues.title') } },
  { path: '/issues/new', component: later(() => import('./issue/RegisterPage.vue')), meta: { title: () => t('register.bar') } },
  { path: '/issue/:id', component: later(() => import('./issue/IssuePage.vue')), meta: { title: () => t('issue.bar') } },
  { path: '/consult', component: later(() => import('./consult/ConsultPage.vue')), meta: { title: () => t('today.act.consult') } },
  { path: '/:kind(consultation|mediation|promise|task)/:id', component: later(() => import('./consult/RecordPage.vue')), meta: { title: () => t('today.act.consult') } },
  { path: '/mediate', component: later(() => import('./mediate/MediatePage.vue')), meta: { title: () => t('mediate.title') } },
  { path: '/:elsewhere(.*)*', redirect: '/' },
] as const

/** The way back finds the page where it was left; a new page begins at its top. */
const scrollBehavior: RouterScrollBehavior = (to, from, saved) => {
  if (to.path === from.path) return false
  return saved ?? { top: 0 }
}

/** Somebody who has not entered enters first, and is then led to where he wanted to go. */
function entered(to: RouteLocationNormalized): true | { path: string; query: Record<string, string> } {
  if (to.meta.open === true || useSession().session.value !== undefined) return true
  return { path: '/enter', query: to.fullPath === '/' ? {} : { to: to.fullPath } }
}

/** Those who listen hear the new page from its beginning. */
function arrive(to: RouteLocationNormalized, from: RouteLocationNormalized): void {
  document.title = `${to.meta.title()} · ${t('app.name')}`
  if (from.matched.length === 0 || to.path === from.path) return
  void nextTick(() => document.querySelector<HTMLElement>('#main')?.focus({ preventScroll: true }))
}

/** Makes the later pages ready while nothing else is to be done, so that the first tap does not wait for them. */
async function warm(): Promise<void> {
  // Before all files lie on this phone they would take the line from what is asked for.
  if (!isServedHere() || useSession().session.value === undefined) return
  await rest()
  await learnLater()
  for (const load of laterPages) {
    await rest()
    await load()
  }
}

export function makeRouter(): Router {
  const router = createRouter({ history: createWebHistory('/app/'), routes: [...pages], scrollBehavior })
  router.beforeEach(entered)
  router.afterEach((to, from, failure) => {
    if (failure === undefined) arrive(to, from)
  })
  void router.isReady().then(warm).catch(() => undefined)
  return router
}
