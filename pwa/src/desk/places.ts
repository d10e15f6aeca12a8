// The pages of the desk, named in the address after `#`: which there are, who may open them, which is open now. The queue is where one begins.
import { computed, defineAsyncComponent, onScopeDispose, ref, type Component, type ComputedRef } from 'vue'
import { useSession } from '../subjects_desk'
import type { IconName } from '../parts/icons'
import type { PlaceName } from './address'

export interface Place {
  readonly name: PlaceName
  readonly icon: IconName
  /** Roles that find it in the bar; without any, everybody at the desk. */
  readonly roles: readonly string[]
  /** What is shown; the queue is part of the desk itself. */
  readonly page?: Component
}

const TALK_ROLES = ['village', 'party_secretary', 'mediator', 'grid_leader', 'town', 'town_head', 'dispatcher', 'chief_clerk', 'supervisor', 'county_leader']
const ORDER_ROLES = ['handler', 'dept_liaison', 'deputy_head', 'unit_head', 'town', 'dispatcher', 'chief_clerk', 'supervisor', 'county_leader', 'grid_leader']

export const PLACES: readonly Place[] = [
  { name: 'queue', icon: 'desk', roles: ['town', 'dispatcher', 'supervisor'] },
  { name: 'intake', icon: 'plus', roles: ['town', 'dispatcher'], page: defineAsyncComponent(() => import('./intake/IntakePage.vue')) },
  { name: 'likes', icon: 'search', roles: ['town', 'dispatcher'], page: defineAsyncComponent(() => import('./likes/LikesPage.vue')) },
  { name: 'board', icon: 'warn', roles: ['supervisor', 'county_leader', 'chief_clerk', 'dispatcher'], page: defineAsyncComponent(() => import('./board/BoardPage.vue')) },
  { name: 'orders', icon: 'send', roles: ORDER_ROLES, page: defineAsyncComponent(() => import('./orders/OrdersPage.vue')) },
  { name: 'talks', icon: 'table', roles: TALK_ROLES, page: defineAsyncComponent(() => import('./talks/TalksPage.vue')) },
  { name: 'letters', icon: 'mailbox', roles: ['town', 'dispatcher', 'supervisor', 'village', 'grid_leader'], page: defineAsyncComponent(() => import('./talks/LettersPage.vue')) },
  { name: 'ahead', icon: 'calendar', roles: ['town', 'dispatcher', 'village', 'grid_leader'], page: defineAsyncComponent(() => import('./ahead/AheadPage.vue')) },
  { name: 'calls', icon: 'call', roles: ['caller'], page: defineAsyncComponent(() => import('./orders/CallsPage.vue')) },
  { name: 'rates', icon: 'chart', roles: ['town', 'dispatcher', 'supervisor'], page: defineAsyncComponent(() => import('./RatesPage.vue')) },
  { name: 'bulletins', icon: 'paper', roles: ['town', 'dispatcher', 'supervisor'], page: defineAsyncComponent(() => import('./BulletinsPage.vue')) },
  { name: 'people', icon: 'person', roles: ['town', 'dispatcher'], page: defineAsyncComponent(() => import('./PeoplePage.vue')) },
]

export interface PlacesDoor {
  readonly here: ComputedRef<Place>
  readonly open: ComputedRef<readonly Place[]>
}

/** Opens a matter in the queue, from wherever one is. */
export function goToMatter(subject: string): void {
  location.hash = `queue/${subject.slice(subject.indexOf('/') + 1)}`
}

/** The place that the address names, and those this person may open. */
export function usePlaces(): PlacesDoor {
  const { session } = useSession()
  const address = ref(location.hash.slice(1))
  const read = (): void => void (address.value = location.hash.slice(1))
  window.addEventListener('hashchange', read)
  onScopeDispose(() => window.removeEventListener('hashchange', read))
  const roles = computed(() => new Set((session.value?.scope ?? []).map(({ role }) => role)))
  const open = computed(() => PLACES.filter((place) => place.roles.length === 0 || place.roles.some((role) => roles.value.has(role))))
  const [queue] = PLACES
  if (queue === undefined) throw new Error('the desk has a queue')
  return { open, here: computed(() => open.value.find(({ name }) => name === address.value.split('/')[0]) ?? open.value[0] ?? queue) }
}
