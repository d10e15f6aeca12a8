// The way back from a page: to where one came from, or, when it was opened by its address, to where it belongs.
import { useRouter } from 'vue-router'

export function useBack(home: string): () => void {
  const router = useRouter()
  return () => {
    if (typeof router.options.history.state.back === 'string') router.back()
    else void router.replace(home)
  }
}
