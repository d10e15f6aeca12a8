// The desk app starts here: opens this computer's store, then shows the page. What the page does is in desk/.
import { createApp } from 'vue'
import DeskApp from './desk/DeskApp.vue'
import './style/base.css'
import { keepLooks } from './parts/looks'
import { alsoSay } from './words/consult'
import { letters as english } from './words/en/letters'
import { learnLater } from './words/words'
import { letters as chinese } from './words/zh/letters'
import { looksMemory, openDesk } from './subjects_desk'

alsoSay(chinese, english)

async function begin(): Promise<void> {
  await keepLooks(looksMemory)
  // A desk is opened where there is a network, and shows issues at once: it needs all sentences.
  await Promise.all([learnLater(), openDesk()])
  createApp(DeskApp).mount('#app')
}
void begin()
