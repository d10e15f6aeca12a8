// The phone app starts here: the store first, then how this person wants the screen, then the page asked for.
import { createApp } from 'vue'
import PhoneApp from './PhoneApp.vue'
import { keepLooks } from './parts/looks'
import { makeStatus, statusKey } from './parts/status'
import { makeRouter } from './router'
import './style/base.css'
import { looksMemory, startPhone } from './entrance'
import { t } from './words/words'

async function begin(): Promise<void> {
  const [trouble] = await Promise.all([startPhone(), keepLooks(looksMemory)])
  const status = makeStatus()
  const router = makeRouter()
  // A page that has not come to the phone yet, and no network to fetch it.
  router.onError(() => status.say(t('page.absent'), 'bad'))
  const app = createApp(PhoneApp, { trouble })
  app.config.errorHandler = (fault) => {
    status.say(t('fault.seen'), 'bad')
    // Left to the browser as well, so that it is seen by whoever looks for it.
    reportError(fault)
  }
  app.provide(statusKey, status)
  app.use(router)
  app.mount('#app')
}

void begin()
