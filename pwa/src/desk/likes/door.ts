// The open pairs, asked for once for the whole desk: the bar shows their number, the page the pairs themselves.
import { inject, provide, type InjectionKey } from 'vue'
import { likesOf, type Likes } from '../../subjects_desk'
import { useLooking, type Looking } from '../looking'

const key: InjectionKey<Looking<Likes>> = Symbol('likes')

export function openLikes(may: () => boolean): Looking<Likes> {
  const door = useLooking(likesOf, may)
  provide(key, door)
  return door
}

export function useLikes(): Looking<Likes> {
  const door = inject(key)
  if (door === undefined) throw new Error('the desk opens the pairs')
  return door
}
