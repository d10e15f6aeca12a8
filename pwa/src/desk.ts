// The desk app starts here: opens this computer's store, then shows the page. What the page does is in desk/.
import { createApp } from 'vue'
import DeskApp from './desk/DeskApp.vue'
import './style/base.css'
import { keepLooks } from './parts/looks'
import { looksMemory, openDesk } from './subjects_desk'

async function begin(): Promise<void> {
  await keepLooks(looksMemory)
  await openDesk()
  createApp(DeskApp).mount('#app')
}
void begin()
