// The counter's one-hour goal.
import type { goal as zh } from '../zh/goal'

export const goal: Readonly<Record<keyof typeof zh, string>> = {
  'goal.open': 'Goal, {span}: done by {at}',
  'goal.past': 'The goal, {span}, was {at}; please see it through',
  'goal.met': 'Result told in {took}, within the goal of {span}',
  'goal.missed': 'Result told in {took}; the goal was {span}',
  'goal.minutes': '{n} {n|minute|minutes}',
  'goal.hours': '{n} {n|hour|hours}',
  'goal.both': '{h} h {n} min',
}
